"""What is late or missing in the running of the service is said, and nothing of anybody is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from signer.audit.entry import EntryKind
from signer.audit.record import record_event
from signer.database import writing
from signer.human_check.surge import Mode, write_mode
from signer.service.service import open_service
from signer.service.status import Condition, InitiativeTerm, ServiceStatus, read_status
from signer.tallies.job_log import Work, note_run
from tests.acts import MAY_DAY, TESTER
from tests.cases import every_case
from tests.conftest import Instance, describe

NOW = datetime(2027, 5, 1, 12, tzinfo=UTC)
GOOD, LOOK, ACT = Condition.GOOD, Condition.LOOK, Condition.ACT
FINE = ServiceStatus(
    now=NOW,
    today=MAY_DAY,
    release="0.1.0",
    schema="0007",
    database="postgresql",
    runs=dict.fromkeys(Work, NOW),
    settle_seconds=3600,
    backup_at=NOW,
    reconciled_at=NOW,
    disagreed_at=None,
    disk_free=80 << 30,
    disk_total=90 << 30,
    mode=Mode.AUTO,
    terms=(),
)


def ago(**given: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**given)


def test_where_everything_has_run_everything_is_in_order() -> None:
    found = [FINE.leading, FINE.settling, FINE.night, FINE.emptying, FINE.daily]
    found += [FINE.backup, FINE.reconciling, FINE.disk]

    assert set(found) == {GOOD}


@every_case(
    ("changes", "name", "condition"),
    [
        ({"runs": {}}, "leading", ACT),
        ({"runs": {Work.LEADER: ago(seconds=119)}}, "leading", GOOD),
        ({"runs": {Work.LEADER: ago(seconds=121)}}, "leading", ACT),
        ({"runs": {}}, "settling", LOOK),
        ({"runs": {Work.SETTLE: ago(hours=1, minutes=1)}}, "settling", GOOD),
        ({"runs": {Work.SETTLE: ago(hours=1, minutes=3)}}, "settling", ACT),
        ({"runs": {Work.NIGHT: ago(hours=26)}}, "night", GOOD),
        ({"runs": {Work.NIGHT: ago(hours=28)}}, "night", ACT),
        ({"runs": {Work.EMPTY_LOG: ago(hours=26)}}, "emptying", GOOD),
        ({"runs": {Work.EMPTY_LOG: ago(hours=28)}}, "emptying", LOOK),
        ({"runs": {Work.DAILY: ago(hours=26)}}, "daily", GOOD),
        ({"runs": {Work.DAILY: ago(hours=28)}}, "daily", ACT),
        ({"backup_at": None}, "backup", LOOK),
        ({"backup_at": ago(days=3)}, "backup", LOOK),
        ({"reconciled_at": None}, "reconciling", LOOK),
        ({"reconciled_at": ago(days=3)}, "reconciling", LOOK),
        ({"disagreed_at": NOW, "reconciled_at": ago(hours=1)}, "reconciling", ACT),
        ({"disagreed_at": NOW, "reconciled_at": None}, "reconciling", ACT),
        ({"disagreed_at": ago(hours=1)}, "reconciling", GOOD),
        ({"disk_free": 4 << 30}, "disk", LOOK),
        ({"disk_free": 400 << 20}, "disk", ACT),
    ],
)
def test_what_is_late_or_missing_is_told_by_how_urgent_it_is(
    changes: dict[str, object], name: str, condition: Condition
) -> None:
    assert getattr(replace(FINE, **changes), name) is condition  # type: ignore[arg-type]


def test_the_day_of_destruction_is_announced_a_month_before() -> None:
    term = InitiativeTerm(describe(), date(2028, 1, 31), date(2028, 11, 1))  # type: ignore[arg-type] # the days are what counts

    assert term.condition(date(2028, 10, 1)) is GOOD
    assert term.condition(date(2028, 10, 2)) is LOOK
    assert term.condition(date(2028, 11, 1)) is LOOK
    assert term.condition(date(2028, 11, 2)) is ACT


def test_it_is_read_from_the_database_the_folder_and_the_disk(instance: Instance) -> None:
    service = open_service(instance.settings)
    with writing(instance.engine) as connection:
        note_run(connection, Work.DAILY, at=NOW)
        note_run(connection, Work.DAILY, at=NOW + timedelta(days=1))
        record_event(connection, instance.settings, EntryKind.RECONCILED, actor=TESTER)
    write_mode(instance.settings.instance, Mode.ON)

    found = read_status(service)
    service.close()

    assert found.runs == {Work.DAILY: NOW + timedelta(days=1)}
    assert found.backup_at is None
    assert found.reconciled_at is not None
    assert found.mode is Mode.ON
    assert found.disk_free > 0
    assert found.schema
    assert [term.destroy_by for term in found.terms] == [date(2028, 11, 1)]
