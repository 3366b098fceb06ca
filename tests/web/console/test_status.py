"""The status page says in words what is not in order and what to do, to administrators."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from signer.accounts.roles import HeldRole, Role
from signer.audit.entry import EntryKind
from signer.audit.record import record_event
from signer.database import writing
from signer.service.service import Service
from signer.tallies.job_log import Work, note_run
from tests.acts import TESTER
from tests.web.console.people import Human
from tests.web.pages import Page

PATH = "/console/operation"


@pytest.fixture
def administrator(join: Callable[..., Human]) -> Human:
    """Who keeps the service running, logged on."""
    return join("petronella@operator.example", HeldRole(Role.ADMINISTRATOR))


def run_everything(running: Service) -> None:
    """Let all periodic work have ended just now, the numbers agree, and a backup be taken."""
    with writing(running.engine) as connection:
        for work in Work:
            note_run(connection, work, at=datetime.now(UTC))
        for kind in (EntryKind.RECONCILED, EntryKind.BACKUP_TAKEN):
            record_event(connection, running.settings, kind, actor=TESTER)


def test_what_stands_still_is_counted_named_and_advised_on(running: Service, administrator: Human) -> None:
    run_everything(running)
    in_order = Page(administrator.client.get(PATH)).words()
    with writing(running.engine) as connection:
        note_run(connection, Work.LEADER, at=datetime.now(UTC) - timedelta(minutes=3))
    late = Page(administrator.client.get(PATH)).words()

    assert "Everything is in order." in in_order
    assert "act now" not in in_order
    assert "1 thing is not in order." in late
    assert late.count("act now") == 1
    assert "No worker does the periodic work" in late


def test_an_instance_that_has_never_been_backed_up_or_reconciled_says_what_to_run(administrator: Human) -> None:
    words = Page(administrator.client.get(PATH)).words()

    assert "None recorded." in words
    assert "signer audit backup-taken" in words
    assert "signer daily" in words


def test_the_navigation_leads_administrators_there_and_nobody_else(administrator: Human, owner: Human) -> None:
    assert f'href="{PATH}"' in administrator.client.get("/console/").text
    assert f'href="{PATH}"' not in owner.client.get("/console/").text
