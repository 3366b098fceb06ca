"""Logging on by two factors, logging off, and what the log keeps of it."""

from flask import Flask

from signer.audit.read import latest_entries
from signer.database import reading
from signer.service.service import Service
from tests.web.console.people import Human, invite_by_command
from tests.web.console.standing import OWNER


def kinds(service: Service) -> list[str]:
    """What the audit log has of accounts, the oldest first."""
    with reading(service.engine) as connection:
        found = [entry.kind for entry in latest_entries(connection, 50)]
    return [kind for kind in reversed(found) if kind.startswith(("log", "account", "role", "second"))]


def test_an_invitation_leads_over_password_and_authenticator_into_the_console(new_app: Flask, running: Service) -> None:
    human = Human(new_app, "ottoline@initiative.example")
    token = invite_by_command(running, human.email, OWNER)

    setup = human.accept(token)
    inside = human.set_up_authenticator(setup)

    assert inside.status_code == 200
    assert "A quiet sky" in inside.text
    assert kinds(running) == [
        "account_invited", "account_made", "role_given", "second_factor_changed", "logged_on"
    ]  # fmt: skip


def test_nobody_is_inside_before_the_second_factor(new_app: Flask, running: Service) -> None:
    human = Human(new_app, "ottoline@initiative.example")
    token = invite_by_command(running, human.email, OWNER)

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
