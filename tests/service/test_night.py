"""The night of the whole service: days completed, numbers reconciled and written down, logs emptied."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, delete, select

from signer import storage
from signer.audit.entry import EntryKind
from signer.audit.read import latest_entries
from signer.batches.reconcile import require_reconciled
from signer.database import StoreUnavailable, reading, writing
from signer.errors import SignerError
from signer.initiatives.catalogue import Catalogue
from signer.initiatives.collection import CollectionClosed
from signer.initiatives.fence import raise_fence
from signer.initiatives.initiative import Status
from signer.initiatives.keys import install_key, storage_secret
from signer.initiatives.lifecycle import change_status, import_description
from signer.initiatives.tables import fence, initiative
from signer.retention.journal import journal_of, read_journal
from signer.scheme.statement import read_statement
from signer.sealing.canonical import decode_plaintext
from signer.sealing.code import Code
from signer.sealing.opening import OpeningKey, open_envelope
from signer.service import night
from signer.service.night import run_night
from signer.service.service import Service, open_service
from signer.statements.store import BehindFence
from signer.statements.tables import arrival, day_list, settled, spent_check, statement
from signer.tallies.job_log import Work, read_runs
from tests.acts import MAY_DAY, act, unit
from tests.conftest import NUMBER, Instance, describe
from tests.people import ADA
from tests.settling import count, settle_now
from tests.signing import record, signed
from tests.solved import new_check

NEXT_DAY = MAY_DAY + timedelta(days=1)


def kinds(instance: Instance) -> list[EntryKind]:
    """What the audit log says was done last, the newest first."""
    with reading(instance.engine) as connection:
        return [entry.kind for entry in latest_entries(connection, 3)]


def test_a_night_completes_the_days_before_and_writes_down_that_all_agrees(instance: Instance) -> None:
    signed(instance, 12)
    settle_now(instance)
    signed(instance, 2, on=NEXT_DAY)

    found = run_night(instance.engine, instance.settings, on=NEXT_DAY)

    assert found == night.Night(disagreement="", is_log_empty=True, are_tables_tidy=True)
    assert count(instance, arrival, settled, statement) == (2, 0, 12)
    assert kinds(instance)[0] == EntryKind.RECONCILED
    with reading(instance.engine) as connection:
        assert read_runs(connection).keys() >= {Work.NIGHT, Work.EMPTY_LOG}
        assert connection.scalar(select(fence.c.until)) == MAY_DAY
    assert list(read_journal(journal_of(instance.settings))) == [{"night": NEXT_DAY.isoformat()}]


def test_checks_that_no_page_can_carry_any_more_are_forgotten(instance: Instance) -> None:
    signed(instance, 3)

    run_night(instance.engine, instance.settings, on=MAY_DAY + timedelta(days=2))

    assert count(instance, spent_check) == (0,)


def test_of_a_closed_collection_today_is_over_too(instance: Instance) -> None:
    signed(instance, 4)
    act(instance.engine, instance.settings)(change_status)(NUMBER, Status.CLOSED)

    run_night(instance.engine, instance.settings, on=MAY_DAY)

    assert count(instance, arrival, settled, statement) == (0, 0, 4)


def test_a_missing_row_is_an_alarm_and_stays_one(instance: Instance) -> None:
    signed(instance, 3)
    settle_now(instance)
    with writing(instance.engine) as connection:
        connection.execute(delete(settled).where(settled.c.id == select(settled.c.id).limit(1).scalar_subquery()))

    for _ in range(2):
        found = run_night(instance.engine, instance.settings, on=NEXT_DAY)
        assert found.disagreement == "DE, 2027-05-01: received 3, but waiting 0 + open 2 + in batches 0 + erased 0"
        assert kinds(instance)[0] == EntryKind.NOT_RECONCILED


def test_a_log_that_cannot_be_emptied_is_said_and_costs_nothing_else(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "discard_write_ahead_log", lambda _: False)
    monkeypatch.setattr(night, "WAIT_SECONDS", 0)
    signed(instance, 1)

    found = run_night(instance.engine, instance.settings, on=NEXT_DAY)

    assert (found.is_log_empty, found.disagreement) == (False, "")
    with reading(instance.engine) as connection:
        assert Work.EMPTY_LOG not in read_runs(connection)
        assert Work.NIGHT in read_runs(connection)


OTHER = "2027/000043"


def with_another_initiative(instance: Instance) -> Instance:
    """Let a second initiative collect too."""
    key = OpeningKey.generate().recipient
    keys = instance.settings.collection_keys | {OTHER: key.fingerprint.hex()}
    settings = replace(instance.settings, collection_keys=keys)
    settings.make_secret(storage_secret(OTHER))
    trust = replace(instance.trust, registration_number=OTHER, key_fingerprint=key.fingerprint)
    with writing(instance.engine) as connection:
        described = import_description(unit(connection, settings), describe(OTHER))
        install_key(unit(connection, settings), described, key, trust)
        change_status(unit(connection, settings), OTHER, Status.COLLECTING)
    return replace(instance, settings=settings)


def test_an_initiative_without_its_key_keeps_no_other_one_from_its_night(instance: Instance) -> None:
    instance = with_another_initiative(instance)
    settings = instance.settings
    signed(instance, 2)
    for _ in range(3):
        record(instance.store, Catalogue(instance.engine, settings).collection(OTHER, "DE"), ADA)
    key = settings.secrets / storage_secret(NUMBER)
    key.chmod(0o644)
    before = kinds(instance)

    for again in (False, True):
        with pytest.raises(SignerError, match="may be read by others"):
            run_night(instance.engine, settings, on=NEXT_DAY, again=again)

    with reading(instance.engine) as connection:
        listed = select(initiative.c.registration_number, day_list.c.statements)
        lists = connection.execute(listed.where(initiative.c.id == day_list.c.initiative_id)).all()
        assert [tuple(each) for each in lists] == [(OTHER, 3)]
        assert not read_runs(connection)
    # It is tried each minute: nothing is written down of it, or the logs would be full of it.
    assert kinds(instance) == before
    assert not journal_of(settings).exists()

    key.chmod(0o600)

    assert run_night(instance.engine, settings, on=NEXT_DAY).disagreement == ""

    assert count(instance, arrival, settled, statement, day_list) == (0, 0, 5, 2)
    assert kinds(instance)[0] == EntryKind.RECONCILED


@pytest.fixture
def rush(on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """An instance on PostgreSQL to which, before its night, more have come today than can be written again in time."""
    monkeypatch.setattr(storage, "FEW", 5)
    signed(on_postgresql, 3)
    signed(on_postgresql, 12, on=NEXT_DAY)
    return on_postgresql


def test_in_a_rush_what_has_come_since_midnight_is_settled_so_that_few_rows_wait(
    rush: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More would take too long to be written again while nobody can sign."""
    monkeypatch.setattr(night, "WAIT_SECONDS", 0)

    found = run_night(rush.engine, rush.settings, on=NEXT_DAY)

    assert found == night.Night(disagreement="", is_log_empty=True, are_tables_tidy=True)
    assert count(rush, arrival, settled, statement) == (0, 12, 3)


def test_where_a_night_is_made_up_for_by_day_rows_of_today_keep_their_table_and_it_is_tried_once(
    rush: Instance, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settle_now(rush)
    let_go, tries = night.let_go, []

    def counted(*given: object) -> object:
        tries.append(1)
        return let_go(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(night, "let_go", counted)

    found = run_night(rush.engine, rush.settings, on=NEXT_DAY)

    assert (found.disagreement, found.are_tables_tidy, len(tries)) == ("", False, 1)
    assert "settled tells in which order rows came until the next night: too many rows of today" in caplog.text


def test_a_table_that_is_read_all_the_while_is_told_and_the_night_not_taken_for_whole(
    on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "WAIT_SECONDS", 0)
    monkeypatch.setattr(night, "TRIES", 2)
    signed(on_postgresql, 3)

    with reading(on_postgresql.engine, settled) as connection:
        found = run_night(on_postgresql.engine, on_postgresql.settings, on=NEXT_DAY)
        connection.execute(select(settled))

    assert (found.disagreement, found.are_tables_tidy) == ("", False)
    with reading(on_postgresql.engine) as connection:
        assert Work.EMPTY_LOG not in read_runs(connection)
        assert Work.NIGHT in read_runs(connection)


def test_a_night_that_ends_after_midnight_is_that_of_the_day_before(
    on_sqlite: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next one would be taken for done."""
    reconciled: list[datetime] = []

    def slowly(engine: Engine) -> None:
        reconciled.append(datetime.now(UTC))
        require_reconciled(engine)

    monkeypatch.setattr(night, "require_reconciled", slowly)

    run_night(on_sqlite.engine, on_sqlite.settings, on=NEXT_DAY)

    with reading(on_sqlite.engine) as connection:
        assert read_runs(connection)[Work.NIGHT] < reconciled[0]


def test_a_journal_that_cannot_be_written_leaves_the_night_undone_and_all_rows_home(instance: Instance) -> None:
    journal = journal_of(instance.settings)
    journal.mkdir()
    signed(instance, 3)

    with pytest.raises(StoreUnavailable, match="journal of erasures"):
        run_night(instance.engine, instance.settings, on=NEXT_DAY)

    assert count(instance, arrival, settled, statement) == (0, 0, 3)
    with reading(instance.engine) as connection:
        assert not read_runs(connection)


class Dated(Service):
    """The service on a day that the test sets."""

    day = MAY_DAY

    def today(self) -> date:
        """Return the day."""
        return self.day


@pytest.fixture
def service(instance: Instance) -> Dated:
    """The service on May Day."""
    opened = open_service(instance.settings)
    return Dated(opened.settings, opened.engine, opened.store, opened.catalogue)


def send(service: Service, *, code: Code, check_id: bytes) -> date:
    """Press the button of a page that was read on May Day."""
    germany = service.catalogue.collection(NUMBER, "DE")
    said = read_statement(ADA, germany.form, on=MAY_DAY)
    return service.record(germany, said, code=code, check_id=check_id, on=MAY_DAY)


def test_who_meets_the_fence_of_a_day_is_recorded_with_the_new_one(instance: Instance, service: Dated) -> None:
    """The request began before midnight, and the database was slow."""
    code, check_id = Code.new(), new_check()
    with writing(instance.engine) as connection:
        raise_fence(connection, instance.initiative.id, MAY_DAY)
    service.day = NEXT_DAY

    first, again = (send(service, code=code, check_id=check_id) for _ in range(2))

    assert first == again == NEXT_DAY
    with reading(instance.engine) as connection:
        row = connection.execute(select(arrival)).one()
    germany = instance.collection("DE")
    envelope = germany.storage_key.unwrap(row.sealed, row.id)
    assert row.submitted_on == NEXT_DAY
    opened = open_envelope(envelope, instance.opening_key, germany.context(row.id, NEXT_DAY))
    assert dict(decode_plaintext(opened).fields) == ADA
    service.close()


def test_who_meets_the_fence_of_an_early_closing_is_told_that_it_has_closed(instance: Instance, service: Dated) -> None:
    """Its workers may not have heard of the closing yet; the fence is set with it."""
    germany_before = service.catalogue.collection(NUMBER, "DE")
    act(instance.engine, instance.settings)(change_status)(NUMBER, Status.CLOSED)
    with pytest.raises(BehindFence):
        record(instance.store, germany_before, ADA)

    with pytest.raises(CollectionClosed):
        send(service, code=Code.new(), check_id=new_check())

    # Also where it is the next day for it already: it was closed at midnight, or its clock is ahead.
    with pytest.raises(BehindFence):
        record(instance.store, germany_before, ADA, on=NEXT_DAY)
    assert count(instance, arrival, spent_check) == (0, 0)
    service.close()
