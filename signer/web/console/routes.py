"""Addresses of the console, all of them but those of log-on and second factors (`security.py`), and its navigation."""

from dataclasses import dataclass

from flask import Flask
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from signer.initiatives.lifecycle import STEPS
from signer.web.console import (
    account,
    audit,
    batch,
    batches,
    collection,
    collection_steps,
    home,
    imports,
    invitation,
    numbers,
    paper,
    partners,
    people,
    planning,
    report,
    sponsors,
    status,
    texts,
)

PEOPLE = "/people/<number:number>/"
BATCHES = "/batches/<number:number>/"
TEXTS = "/texts/<number:number>/"
TEXT = f"{TEXTS}<language>/"
COLLECTION = "/collection/<number:number>/"
PAPER = "/paper/<number:number>/"
PARTNERS = "/partners/<number:number>/"
SPONSORS = "/sponsors/<number:number>/"
NUMBERS = "/numbers/<number:number>/"
BATCH = f"{BATCHES}<member_state>/<int:batch_number>/"


@dataclass(frozen=True)
class NavigationEntry:
    """An entry of the navigation: the endpoint of a page and its name."""

    endpoint: str
    name: LazyString


PLACES = (
    NavigationEntry("home", _("Initiatives")),
    NavigationEntry("batches_of_all", _("Batches")),
    NavigationEntry("audit_log", _("Audit log")),
    NavigationEntry("status", _("Operation")),
    NavigationEntry("account", _("Your account")),
)
"""The entries whose address has no initiative, in order.

A page that is added here shows for those only whom its guard lets in.
"""

PLACES_OF_INITIATIVE = (
    NavigationEntry("numbers", _("Numbers")),
    NavigationEntry("texts", _("Texts")),
    NavigationEntry("collection", _("Collection")),
    NavigationEntry("paper", _("Paper")),
    NavigationEntry("partners", _("Partners")),
    NavigationEntry("sponsors", _("Sponsors")),
    NavigationEntry("people", _("People")),
    NavigationEntry("batches", _("Batches")),
    NavigationEntry("audit_log_of", _("Audit log")),
)
"""The entries of one initiative, in order: endpoints whose address has its number and nothing else that changes."""


def install_routes(app: Flask) -> None:
    """Give `app` its pages."""
    app.add_url_rule("/", "home", home.home)
    app.add_url_rule("/session", "session_goes_on", home.session_goes_on)
    app.add_url_rule("/account", "account", account.account)
    app.add_url_rule(PEOPLE, "people", people.people)
    app.add_url_rule(PEOPLE, "invite", people.invite_somebody, methods=["POST"])
    app.add_url_rule(f"{PEOPLE}take", "remove_role", people.remove_role, methods=["POST"])
    app.add_url_rule(NUMBERS, "numbers", numbers.numbers)
    files = ", ".join(f'"{name}"' for name in numbers.FILES)
    app.add_url_rule(f"{NUMBERS}<any({files}):name>", "numbers_file", numbers.numbers_file)
    app.add_url_rule(f"{NUMBERS}events", "add_event", numbers.add_event, methods=["POST"])
    app.add_url_rule(f"{NUMBERS}events/<int:event_id>/take-out", "remove_event", numbers.remove_event, methods=["POST"])
    app.add_url_rule(f"{NUMBERS}planning", "planning", planning.planning)
    app.add_url_rule(f"{NUMBERS}planning", "expect_shares", planning.expect_shares, methods=["POST"])
    app.add_url_rule(f"{NUMBERS}planning/publish", "publish_forecast", planning.publish, methods=["POST"])
    app.add_url_rule(f"{NUMBERS}planning/keep-private", "unpublish_forecast", planning.keep_private, methods=["POST"])
    app.add_url_rule("/batches/", "batches_of_all", batches.batches_of_all)
    app.add_url_rule(BATCHES, "batches", batches.batches)
    app.add_url_rule(BATCHES, "freeze_batch", batches.freeze_batch, methods=["POST"])
    app.add_url_rule(BATCH, "batch", batch.batch)
    steps = ", ".join(f'"{step}"' for step in batch.NEXT_STEPS)
    app.add_url_rule(f"{BATCH}<any({steps}):step>", "take_step", batch.take_step, methods=["POST"])
    app.add_url_rule(f"{BATCH}file", "download", batch.download)
    app.add_url_rule("/operation", "status", status.status)
    app.add_url_rule("/audit/", "audit_log", audit.audit_log)
    app.add_url_rule("/audit/<number:number>/", "audit_log_of", audit.audit_log_of)
    app.add_url_rule("/invitation", "invitation", invitation.invitation)
    app.add_url_rule("/invitation", "accept_invitation", invitation.accept_invitation, methods=["POST"])
    _install_campaign(app)


def _install_campaign(app: Flask) -> None:
    app.add_url_rule("/import", "choose_file", imports.choose_file)
    app.add_url_rule("/import", "preview_import", imports.preview_import, methods=["POST"])
    app.add_url_rule("/import/save", "save_import", imports.save, methods=["POST"])
    app.add_url_rule(TEXTS, "texts", texts.texts)
    app.add_url_rule(TEXT, "text", texts.text)
    app.add_url_rule(TEXT, "write_text", texts.write, methods=["POST"])
    app.add_url_rule(f"{TEXT}history", "text_history", texts.history)
    app.add_url_rule(f"{TEXT}preview", "text_preview", texts.preview)
    app.add_url_rule(COLLECTION, "collection", collection.collection)
    app.add_url_rule(f"{COLLECTION}notice", "record_start_notice", collection.record_start_notice, methods=["POST"])
    changes = ", ".join(f'"{step}"' for step in STEPS)
    app.add_url_rule(f"{COLLECTION}<any({changes}):wanted>", "confirm_step", collection_steps.confirm_step)
    app.add_url_rule(
        f"{COLLECTION}<any({changes}):wanted>", "change_collection", collection_steps.change, methods=["POST"]
    )
    app.add_url_rule(f"{COLLECTION}report", "report", report.report)
    app.add_url_rule(f"{COLLECTION}report", "record_report", report.record_report, methods=["POST"])
    app.add_url_rule(f"{COLLECTION}report.csv", "report_file", report.report_file)
    app.add_url_rule(PAPER, "paper", paper.paper)
    app.add_url_rule(PAPER, "enter_paper", paper.enter, methods=["POST"])
    app.add_url_rule(f"{PAPER}<int:entry_id>", "paper_entry", paper.look_at_entry)
    app.add_url_rule(f"{PAPER}<int:entry_id>", "correct_paper", paper.correct, methods=["POST"])
    app.add_url_rule(PARTNERS, "partners", partners.partners)
    app.add_url_rule(PARTNERS, "add_partner", partners.add_partner, methods=["POST"])
    app.add_url_rule(f"{PARTNERS}drop", "drop_partner", partners.drop_partner, methods=["POST"])
    app.add_url_rule(SPONSORS, "sponsors", sponsors.sponsors)
    app.add_url_rule(SPONSORS, "enter_sponsor", sponsors.enter_sponsor, methods=["POST"])
    app.add_url_rule(f"{SPONSORS}drop", "drop_sponsor", sponsors.drop_sponsor, methods=["POST"])
