"""The console's own addresses, all of them; those of log-on and second factors are set in `security`."""

from flask import Flask

from signer.web.console import account, audit, batch, batches, home, invitation, people

PEOPLE = "/people/<number:number>/"
BATCHES = "/batches/<number:number>/"
BATCH = f"{BATCHES}<member_state>/<int:batch_number>/"


def install_routes(app: Flask) -> None:
    """Give `app` its pages."""
    app.add_url_rule("/", "home", home.home)
    app.add_url_rule("/session", "session_goes_on", home.session_goes_on)
    app.add_url_rule("/account", "account", account.account)
    app.add_url_rule(PEOPLE, "people", people.people)
    app.add_url_rule(PEOPLE, "invite", people.invite_somebody, methods=["POST"])
    app.add_url_rule(f"{PEOPLE}take", "take_role", people.take, methods=["POST"])
    app.add_url_rule("/batches/", "batches_of_all", batches.batches_of_all)
    app.add_url_rule(BATCHES, "batches", batches.batches)
    app.add_url_rule(BATCHES, "freeze_batch", batches.freeze_batch, methods=["POST"])
    app.add_url_rule(BATCH, "batch", batch.batch)
    steps = ", ".join(f'"{step}"' for step in batch.NEXT_STEPS)
    app.add_url_rule(f"{BATCH}<any({steps}):step>", "take_step", batch.take_step, methods=["POST"])
    app.add_url_rule(f"{BATCH}file", "download", batch.download)
    app.add_url_rule("/audit/", "audit_log", audit.audit_log)
    app.add_url_rule("/audit/<number:number>/", "audit_log_of", audit.audit_log_of)
    app.add_url_rule("/invitation", "invitation", invitation.invitation)
    app.add_url_rule("/invitation", "accept_invitation", invitation.accept_invitation, methods=["POST"])
