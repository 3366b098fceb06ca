"""The console's own addresses, all of them; those of log-on and second factors are set in `security`."""

from flask import Flask

from signer.web.console import account, home, invitation, people

PEOPLE = "/people/<number:number>/"


def install_routes(app: Flask) -> None:
    """Give `app` its pages."""
    app.add_url_rule("/", "home", home.home)
    app.add_url_rule("/session", "session_goes_on", home.session_goes_on)
    app.add_url_rule("/account", "account", account.account)
    app.add_url_rule(PEOPLE, "people", people.people)
    app.add_url_rule(PEOPLE, "invite", people.invite_somebody, methods=["POST"])
    app.add_url_rule(f"{PEOPLE}take", "take_role", people.take, methods=["POST"])
    app.add_url_rule("/invitation", "invitation", invitation.invitation)
    app.add_url_rule("/invitation", "accept_invitation", invitation.accept_invitation, methods=["POST"])
