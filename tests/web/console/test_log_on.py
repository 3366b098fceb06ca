"""Logging on by two factors, logging off, and what the log keeps of it."""

from datetime import UTC, datetime

from flask import Flask

from signer.accounts.invite import invite
from signer.audit.read import latest_entries
from signer.database import reading, writing
from signer.web.service import Service
from tests.web.console.conftest import OWNER
from tests.web.console.people import Human


def kinds(service: Service) -> list[str]:
    """What the audit log has of accounts, the oldest first."""
    with reading(service.engine) as connection:
        found = [entry.kind for entry in latest_entries(connection, 50)]
    return [kind for kind in reversed(found) if kind.startswith(("log", "account", "role", "second"))]


def test_an_invitation_leads_over_password_and_authenticator_into_the_console(app: Flask, running: Service) -> None:
    human = Human(app, "ottoline@initiative.example")
    with writing(running.engine) as connection:
        token = invite(connection, running.settings, human.email, OWNER, actor="command:test", now=datetime.now(UTC))

    setup = human.accept(token)
    inside = human.set_up_authenticator(setup)

    assert inside.status_code == 200
    assert "A quiet sky" in inside.text
    assert kinds(running) == [
        "account_invited", "account_made", "role_given", "second_factor_changed", "logged_on"
    ]  # fmt: skip


def test_nobody_is_inside_before_the_second_factor(app: Flask, running: Service) -> None:
    human = Human(app, "ottoline@initiative.example")
    with writing(running.engine) as connection:
        token = invite(connection, running.settings, human.email, OWNER, actor="command:test", now=datetime.now(UTC))

    human.accept(token)

    assert human.client.get("/console/").status_code == 302
    assert human.client.get("/console/account").status_code == 302


def test_who_has_logged_off_logs_on_by_both_factors(owner: Human, running: Service) -> None:
    owner.log_off()
    asked = owner.give_password()
    assert owner.client.get("/console/").status_code == 302

    inside = owner.fill(asked, "/console/log-on/code", code=owner.code())

    assert "A quiet sky" in inside.text
    assert kinds(running)[-2:] == ["logged_off", "logged_on"]
