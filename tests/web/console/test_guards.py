"""Every page of the console is opened by those whom a table names, and by nobody else."""

import itertools
from collections.abc import Callable

import pytest
from flask import Flask

from signer.accounts.roles import HeldRole, Permission, Role
from signer.database import writing
from signer.initiatives.lifecycle import import_description
from signer.service.service import Service
from signer.web.console.app import create_console
from signer.web.console.guards import OF_LIBRARY, guard_of, needs
from signer.web.requests import FORM
from signer.web.site import open_site
from tests.acts import unit
from tests.conftest import NUMBER, describe
from tests.web.console.paths import address
from tests.web.console.people import Human, cookie_of

THEIRS = "2027/000043"
ANONYMOUS, NOBODY = "anonymous", "without a role"
OURS = {f"{role} of this initiative": HeldRole(role, NUMBER) for role in Role if role is not Role.ADMINISTRATOR}
OTHERS = {f"{role} of another": HeldRole(role, THEIRS) for role in Role if role is not Role.ADMINISTRATOR}
EVERYWHERE = {"administrator": HeldRole(Role.ADMINISTRATOR)}
HELD = {**OURS, **OTHERS, **EVERYWHERE}
WHO = (ANONYMOUS, *HELD)

ANYBODY = frozenset(WHO)
LOGGED_ON = frozenset(HELD)
NOT_YET = frozenset({ANONYMOUS})
"""On the way to the log-on: whoever has arrived is sent to the first page."""
PEOPLE = frozenset({"owner of this initiative", "administrator"})
AUDITOR = frozenset({"auditor of this initiative"})
SEES_NUMBERS = frozenset(f"{role} of this initiative" for role in ("owner", "editor", "reader", "auditor"))
PLANS = frozenset(f"{role} of this initiative" for role in ("owner", "editor"))
OWNER = frozenset({"owner of this initiative"})
IMPORTS = OWNER | {"owner of another", "administrator"}
SEES_BATCHES = AUDITOR | {"owner of this initiative"}
SEES_BATCHES_OF_ANY = SEES_BATCHES | {"auditor of another", "owner of another"}
SEES_AUDIT = SEES_BATCHES | {"administrator"}
SEES_AUDIT_OF_ANY = SEES_BATCHES_OF_ANY | {"administrator"}
_addresses = itertools.count()
TABLE: dict[str, frozenset[str]] = {
    "home": LOGGED_ON,
    "session_goes_on": LOGGED_ON,
    "account": LOGGED_ON,
    "people": PEOPLE,
    "invite": PEOPLE,
    "remove_role": PEOPLE,
    "numbers": SEES_NUMBERS,
    "numbers_file": SEES_NUMBERS,
    "add_event": PLANS,
    "remove_event": PLANS,
    "planning": SEES_NUMBERS,
    "expect_shares": PLANS,
    "publish_forecast": OWNER,
    "unpublish_forecast": OWNER,
    "choose_file": IMPORTS,
    "preview_import": IMPORTS,
    "save_import": IMPORTS,
    "texts": PLANS,
    "text": PLANS,
    "write_text": PLANS,
    "text_history": PLANS,
    "text_preview": PLANS,
    "collection": SEES_NUMBERS,
    "record_start_notice": OWNER,
    "confirm_step": OWNER,
    "change_collection": OWNER,
    "report": SEES_NUMBERS,
    "record_report": OWNER,
    "report_file": SEES_NUMBERS,
    "paper": PLANS,
    "enter_paper": PLANS,
    "paper_entry": PLANS,
    "correct_paper": PLANS,
    "partners": SEES_NUMBERS,
    "add_partner": PLANS,
    "drop_partner": PLANS,
    "sponsors": SEES_NUMBERS,
    "enter_sponsor": OWNER,
    "drop_sponsor": OWNER,
    "batches_of_all": SEES_BATCHES_OF_ANY,
    "batches": SEES_BATCHES,
    "batch": SEES_BATCHES,
    "freeze_batch": AUDITOR,
    "take_step": AUDITOR,
    "download": AUDITOR,
    "status": frozenset({"administrator"}),
    "audit_log": SEES_AUDIT_OF_ANY,
    "audit_log_of": SEES_AUDIT,
    "invitation": ANYBODY,
    "accept_invitation": ANYBODY,
    "security.login": ANYBODY,
    "security.logout": ANYBODY,
    "security.two_factor_setup": ANYBODY,
    "security.two_factor_token_validation": NOT_YET,
    "security.tf_select": NOT_YET,
    "security.mf_recovery": NOT_YET,
    "security.wan_signin": NOT_YET,
    "security.wan_signin_response": NOT_YET,
    "security.two_factor_setup_validate": LOGGED_ON,
    "security.verify": LOGGED_ON,
    "security.change_password": LOGGED_ON,
    "security.mf_recovery_codes": LOGGED_ON,
    "security.wan_register": LOGGED_ON,
    "security.wan_register_response": LOGGED_ON,
    "security.wan_delete": LOGGED_ON,
    "security.two_factor_rescue": frozenset(),
}
"""Endpoint to those whom the guard lets pass. A page that is added has to be added here."""


@pytest.fixture
def console(running: Service) -> Flask:
    """The console itself, without the public pages around it."""
    return create_console(open_site(running.settings, running))


@pytest.fixture
def everybody(join: Callable[..., Human], running: Service) -> dict[str, Human | None]:
    """One logged-on person for each role, and nobody for anonymous."""
    with writing(running.engine) as connection:
        import_description(unit(connection, running.settings), describe(THEIRS))
    people = {who: join(f"p{number}@initiative.example", held) for number, (who, held) in enumerate(HELD.items())}
    return {ANONYMOUS: None, **people}


def let_in(app: Flask, human: Human | None, path: str, method: str) -> bool:
    """Whether the guard lets pass; a POST without form token is then refused for that, and changes nothing."""
    client = human.client if human else app.test_client()
    answer = client.open(
        path,
        method=method,
        content_type=FORM if method == "POST" else None,
        # Each from elsewhere, so that no limit speaks before the guard does.
        environ_overrides={"REMOTE_ADDR": f"198.51.{next(_addresses) // 256}.{next(_addresses) % 256}"},
    )
    if answer.status_code == 403:
        return False
    if answer.headers.get("Location") == "/console/":
        return False
    if method == "POST":
        # 401 is the guard's page for who is not logged on; 400 that of the form token, behind the guard.
        assert answer.status_code in {400, 401}
        return answer.status_code == 400
    return not answer.headers.get("Location", "").startswith("/console/log-on?next=")


@pytest.mark.slow
def test_every_page_opens_for_those_of_the_table_and_nobody_else(
    new_app: Flask, console: Flask, everybody: dict[str, Human | None]
) -> None:
    opened: dict[str, set[str]] = {}
    for rule in console.url_map.iter_rules():
        for method in (rule.methods or set()) & {"GET", "POST"}:
            for who, human in everybody.items():
                if rule.endpoint == "security.logout" and method == "POST" and human:
                    continue  # tried by test_log_on, which gives it a form token
                if let_in(new_app, human, address(rule), method):
                    opened.setdefault(rule.endpoint, set()).add(who)

    logging_off = opened.pop("security.logout")
    assert logging_off == {ANONYMOUS}
    expected = {endpoint: set(who) for endpoint, who in TABLE.items() if endpoint != "security.logout" and who}
    assert opened == expected


def test_every_page_has_a_guard(console: Flask) -> None:
    assert [rule.endpoint for rule in console.url_map.iter_rules() if guard_of(console, rule.endpoint) is None] == []
    assert {rule.endpoint for rule in console.url_map.iter_rules()} == set(TABLE)


def test_the_guards_of_the_library_name_pages_that_there_are(console: Flask) -> None:
    assert set(OF_LIBRARY) <= set(console.view_functions)


def test_a_page_without_a_guard_opens_for_nobody(running: Service, console: Flask) -> None:
    """A forgotten decorator shuts the page; it must not open it."""
    console.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    answer = console.test_client().get("/forgotten")

    assert answer.status_code == 403
    assert "secret" not in answer.text


def test_an_address_without_an_initiative_asks_for_the_permission_anywhere(
    console: Flask, running: Service, join: Callable[..., Human]
) -> None:
    console.add_url_rule("/somewhere", "somewhere", needs(Permission.SEE_BATCHES)(lambda: "batches"))
    cookies = {}
    for role in (Role.AUDITOR, Role.READER):
        human = join(f"{role}@initiative.example", HeldRole(role, NUMBER))
        cookies[role] = cookie_of(human)

    answers = {}
    for role, value in cookies.items():
        client = console.test_client()
        client.set_cookie("console", value, path="/console")
        answers[role] = client.get("/somewhere", base_url="http://localhost/console/").status_code

    assert answers == {Role.AUDITOR: 200, Role.READER: 403}
