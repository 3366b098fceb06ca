"""What the tests of second factors look at: the log of an account, and how its app is changed."""

from signer.audit.entry import Entry
from signer.audit.read import latest_entries
from signer.database import reading
from signer.service.service import Service
from tests.web.console.paths import APP
from tests.web.console.people import KEY, Human, number_of
from tests.web.pages import Page


def log_of(service: Service, human: Human) -> list[Entry]:
    """What the audit log has of somebody's account, the newest first."""
    number = number_of(service, human.email)
    with reading(service.engine) as connection:
        found = latest_entries(connection, 200)
    return [one for one in found if one.actor == f"account:{number}" or one.details.get("account") == number]


def last_change(service: Service, human: Human) -> object:
    """The latest change of somebody's second factors."""
    return next(one for one in log_of(service, human) if one.kind == "second_factor_changed").details["change"]


def failures(service: Service, human: Human) -> list[object]:
    """The steps at which somebody's log-on has failed, the newest first."""
    return [one.details["step"] for one in log_of(service, human) if one.kind == "log_on_failed"]


def show_new_key(human: Human) -> tuple[str, str, str]:
    """Begin to change the app; return where the code goes, the form's token, and the new key."""
    shown = human.send(APP, APP)
    (action,) = [form.get("action") for form in Page(shown).tree.forms if f"{APP}/" in str(form.get("action"))]
    found = KEY.search(shown.text)
    assert found
    return action, Page(shown).inputs("/log-off")["csrf_token"], found[1]
