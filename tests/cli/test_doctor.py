"""`signer doctor` says of periodic work when it last ended, and when that is too long ago."""

from datetime import UTC, datetime, timedelta

from signer.cli.doctor import periodic_work
from signer.database import writing
from signer.tallies.job_log import Work, note_run
from tests.conftest import Instance


def found(instance: Instance) -> dict[str, str]:
    """What is said of each kind of work."""
    return {each.subject: each.result for each in periodic_work(instance.engine, instance.settings)}


def note(instance: Instance, work: Work, **ago: float) -> None:
    """Note that work ended so long ago."""
    with writing(instance.engine) as connection:
        note_run(connection, work, at=datetime.now(UTC) - timedelta(**ago))


def test_before_any_worker_has_led_nothing_is_late(on_sqlite: Instance) -> None:
    assert found(on_sqlite) == {"settle": "pass", "night": "pass", "empty-log": "pass"}


def test_a_night_that_no_leader_ever_ended_is_late(on_sqlite: Instance) -> None:
    note(on_sqlite, Work.LEADER, seconds=5)
    note(on_sqlite, Work.SETTLE, minutes=50)

    assert found(on_sqlite) == {"settle": "pass", "night": "warn", "empty-log": "warn"}


def test_what_has_ended_long_ago_is_late(on_sqlite: Instance) -> None:
    note(on_sqlite, Work.SETTLE, hours=2)
    note(on_sqlite, Work.NIGHT, hours=20)
    note(on_sqlite, Work.EMPTY_LOG, hours=30)

    assert found(on_sqlite) == {"settle": "warn", "night": "pass", "empty-log": "warn"}
