"""The day of a statement is the day in Brussels, wherever the server stands: at midnight, and when clocks change.

In 2027 clocks go forward on 28 March (that day has 23 hours) and back on 31 October (25 hours).
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select

import signer.days as clock_room
from signer.batches.queries import list_batches
from signer.cli.main import signer
from signer.database import reading
from signer.days import today
from signer.errors import SignerError
from signer.initiatives.catalogue import Catalogue
from signer.initiatives.collection import CollectionClosed
from signer.initiatives.description import to_json
from signer.initiatives.initiative import InitiativeText, Status
from signer.initiatives.lifecycle import change_status
from signer.initiatives.texts import read_versions
from signer.scheme.statement import read_statement
from signer.sealing.code import Code
from signer.service.service import Service
from signer.statements.tables import arrival, settled, statement
from signer.web.app import create_app
from tests.acts import act
from tests.cases import every_case
from tests.conftest import END, NUMBER, START, Instance, describe
from tests.journeys.served import typed
from tests.people import ADA
from tests.settling import settle_now
from tests.signing import signed
from tests.solved import new_check, solution
from tests.web.factories import DECLARED
from tests.web.pages import Page

SECOND = timedelta(seconds=1)
GERMANY = f"/en/initiatives/{NUMBER}/support/DE"


def midnight(text: str) -> datetime:
    """A moment in universal time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MIDNIGHTS = {
    date(2027, 2, 16): midnight("2027-02-15T23:00"),
    date(2027, 3, 28): midnight("2027-03-27T23:00"),
    date(2027, 3, 29): midnight("2027-03-28T22:00"),
    date(2027, 5, 2): midnight("2027-05-01T22:00"),
    date(2027, 10, 31): midnight("2027-10-30T22:00"),
    date(2027, 11, 1): midnight("2027-10-31T23:00"),
    date(2028, 1, 1): midnight("2027-12-31T23:00"),
}
"""Day to the moment, in universal time, at which it begins in Brussels."""
DAY_AFTER_THE_CHANGE = (date(2027, 3, 29), date(2027, 11, 1))


@dataclass
class Clock:
    """What time it is, all over the world."""

    at: datetime


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test sets."""
    shown = Clock(MIDNIGHTS[date(2027, 5, 2)])

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Stopped":
            return cls.fromtimestamp(shown.at.timestamp(), tz)  # type: ignore[arg-type]

    monkeypatch.setattr(clock_room, "datetime", Stopped)
    return shown


@pytest.fixture(params=["UTC", "America/New_York", "Pacific/Auckland"])
def far_away(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server that stands elsewhere, west and east of Brussels."""
    yield from standing_in(request.param)


@pytest.fixture
def in_auckland() -> Iterator[str]:
    """A server on whose wall it is tomorrow already."""
    yield from standing_in("Pacific/Auckland")


def standing_in(zone: str) -> Iterator[str]:
    """Set the zone of this process until the test is over."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    yield zone
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@every_case("day", MIDNIGHTS, ids=str)
def test_the_day_changes_at_midnight_in_brussels(clock: Clock, far_away: str, day: date) -> None:
    clock.at = MIDNIGHTS[day] - SECOND
    before = today()
    clock.at = MIDNIGHTS[day]

    assert (before, today()) == (day - timedelta(days=1), day)


@every_case(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2027, 10, 30), 24)], ids=str)
def test_a_day_on_which_clocks_change_is_one_day(clock: Clock, far_away: str, day: date, hours: int) -> None:
    """Neither the hour that is missing nor the hour that comes twice belongs to another day."""
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=4)
    days = []
    for quarter in range(32 * 4):
        clock.at = begins + quarter * timedelta(minutes=15)
        days.append(today())

    assert days.count(day) == 4 * hours
    assert days == sorted(days)


@pytest.fixture
def service(instance: Instance, clock: Clock) -> Service:
    """The service, whose clock the test sets."""
    return Service(instance.settings, instance.engine, instance.store, Catalogue(instance.engine, instance.settings))


@pytest.fixture
def client(instance: Instance, service: Service) -> FlaskClient:
    """A browser at the service."""
    return create_app(instance.settings, service).test_client(use_cookies=False)


def check_page(client: FlaskClient, instance: Instance) -> Page:
    """The page that shows what will be recorded."""
    return Page(client.post(f"{GERMANY}/check", data=typed(ADA) | {"human_check": solution(instance.settings)}))


def press(client: FlaskClient, shown: Page) -> int:
    """Press the button of a check page; return the answer's status."""
    return client.post(f"{GERMANY}/sign", data=shown.inputs("/sign") | DECLARED).status_code


def days_in(instance: Instance) -> list[date]:
    """The days of the statements that are stored, wherever they are on their way."""
    with reading(instance.engine) as connection:
        return sorted(
            day for there in (arrival, settled, statement) for day in connection.scalars(select(there.c.submitted_on))
        )


Run = Callable[..., Result]


@pytest.fixture
def run(instance: Instance, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `signer batch` at the time that the clock shows."""
    monkeypatch.setattr("signer.cli.batch.open_instance", lambda: (instance.settings, instance.engine))
    return lambda *arguments: CliRunner().invoke(signer, ["batch", *arguments])


@pytest.mark.usefixtures("in_auckland")
@pytest.mark.parametrize("day", DAY_AFTER_THE_CHANGE, ids=str)
def test_a_batch_takes_in_who_signed_a_second_before_midnight_and_nobody_later(
    instance: Instance, client: FlaskClient, clock: Clock, run: Run, day: date
) -> None:
    """Without a cut-off day the command takes in yesterday; the day that has just begun stays open."""
    yesterday = day - timedelta(days=1)
    for moment in (MIDNIGHTS[day] - SECOND, MIDNIGHTS[day]):
        clock.at = moment
        assert press(client, check_page(client, instance)) == 200

    first = run("create")
    again = run("create", "--member-state", "DE")
    clock.at += timedelta(days=1)
    second = run("create")

    assert days_in(instance) == [yesterday, day]
    assert first.stdout == f"DE 1: 1 statements until {yesterday}\n"
    assert str(again.exception) == f"no statement of DE is open up to {yesterday}"
    assert second.stdout == f"DE 2: 1 statements until {day}\n"


@pytest.mark.parametrize("final", [(), ("--final",)], ids=["interim", "final"])
def test_a_member_state_whose_statements_all_wait_to_be_settled_is_not_passed_over(
    instance: Instance, clock: Clock, run: Run, final: tuple[str, ...]
) -> None:
    """Fewer than ten wait until the night; whoever freezes before it, and names no Member State, gets them all."""
    day = date(2027, 5, 2)
    clock.at = MIDNIGHTS[day] + SECOND
    signed(instance, 1, on=day - timedelta(days=1))
    signed(instance, 2, member_state="FR", on=day - timedelta(days=1))
    if final:
        act(instance.engine, instance.settings, on=day)(change_status)(NUMBER, Status.CLOSED)

    made = run("create", *final)

    assert [line.split()[0] for line in made.stdout.splitlines()] == ["DE", "FR"]


def test_who_signs_today_only_holds_up_no_other_member_state(instance: Instance, clock: Clock, run: Run) -> None:
    """A nightly run names none: it takes what it can, and says where there is nothing yet."""
    day = date(2027, 5, 2)
    yesterday = day - timedelta(days=1)
    clock.at = MIDNIGHTS[day]
    signed(instance, 1, on=day)
    signed(instance, 2, member_state="FR", on=yesterday)
    settle_now(instance)

    made, again = run("create"), run("create")

    assert (made.exit_code, made.stdout) == (0, f"FR 1: 2 statements until {yesterday}\n")
    assert (again.exit_code, again.stdout) == (0, f"no statement of DE is open up to {yesterday}\n")


def test_a_page_shown_before_midnight_and_sent_after_it_is_of_the_day_on_which_it_was_sent(
    instance: Instance, client: FlaskClient, clock: Clock, in_auckland: str
) -> None:
    day = date(2027, 3, 29)
    clock.at = MIDNIGHTS[day] - SECOND
    shown = check_page(client, instance)

    clock.at = MIDNIGHTS[day]

    assert press(client, shown) == 200
    assert days_in(instance) == [day]


def sent(service: Service, instance: Instance, *, on: date) -> date:
    """Record what was under way since the day `on`; return the day under which it is stored."""
    germany = instance.collection("DE")
    read = read_statement(ADA, germany.form, on=on)
    return service.record(germany, read, code=Code.new(), check_id=new_check(), on=on)


def test_a_statement_under_way_at_midnight_bears_the_day_on_which_it_was_stored(
    instance: Instance, service: Service, clock: Clock, run: Run
) -> None:
    """Its day was taken when the button was pressed; the auditor froze that day before it was stored."""
    day = date(2027, 5, 2)
    yesterday = day - timedelta(days=1)
    clock.at = MIDNIGHTS[day] + SECOND
    signed(instance, 1, on=yesterday)
    first = run("create", "--member-state", "DE")

    assert sent(service, instance, on=yesterday) == day

    assert first.stdout == f"DE 1: 1 statements until {yesterday}\n"
    assert days_in(instance) == [yesterday, day]
    clock.at += timedelta(days=1)
    assert run("create", "--member-state", "DE").stdout == f"DE 2: 1 statements until {day}\n"


def test_a_statement_under_way_when_the_last_day_ends_is_told_that_the_collection_is_over_once_that_is_frozen(
    instance: Instance, service: Service, clock: Clock, run: Run
) -> None:
    signed(instance, 1, on=END)
    clock.at = midnight("2028-01-31T23:00") + SECOND
    final = run("create", "--final", "--member-state", "DE")

    with pytest.raises(CollectionClosed):
        sent(service, instance, on=END)

    assert final.stdout == f"DE 1 (final): 1 statements until {END}\n"
    assert days_in(instance) == [END]


def test_the_first_and_the_last_day_of_collection_count_to_their_last_second(
    instance: Instance, client: FlaskClient, clock: Clock, in_auckland: str
) -> None:
    """1 February 2027 and 31 January 2028, by the clock in Brussels: both in winter, an hour before universal time."""
    opening, closing = midnight("2027-01-31T23:00"), midnight("2028-01-31T23:00")
    clock.at = opening
    shown = check_page(client, instance)
    answers = []
    for moment in (opening - SECOND, opening, closing - SECOND, closing):
        clock.at = moment
        answers.append((moment, press(client, shown)))
        if answers[-1][1] == 200:
            shown = check_page(client, instance)

    assert [status == 200 for _, status in answers] == [False, True, True, False]
    assert days_in(instance) == [START, END]


def test_a_final_batch_can_be_frozen_from_the_first_second_after_the_last_day(
    instance: Instance, clock: Clock, run: Run
) -> None:
    signed(instance, 1)
    clock.at = midnight("2028-01-31T23:00") - SECOND
    too_early = run("create", "--final")

    clock.at += SECOND
    final = run("create", "--final")

    assert isinstance(too_early.exception, SignerError)
    assert str(too_early.exception).startswith(f"{NUMBER} collects until {END}")
    assert final.stdout == f"DE 1 (final): 1 statements until {END}\n"
    with reading(instance.engine) as connection:
        (batch,) = list_batches(connection, NUMBER)
    assert batch.until == END


@pytest.mark.usefixtures("in_auckland")
def test_a_text_that_is_saved_at_half_past_midnight_bears_that_day(
    on_sqlite: Instance, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In universal time it is the day before until one or two in the morning."""
    monkeypatch.setattr("signer.cli.initiative.open_instance", lambda: (on_sqlite.settings, on_sqlite.engine))
    clock.at = MIDNIGHTS[date(2027, 5, 2)] + timedelta(minutes=30)
    described = replace(describe(), texts={**describe().texts, "fr": InitiativeText("Un ciel", "Calme.", "", "")})
    file = tmp_path / "initiative.json"
    file.write_text(to_json(described), encoding="utf-8")

    assert CliRunner().invoke(signer, ["initiative", "import", str(file)]).exit_code == 0

    with reading(on_sqlite.engine) as connection:
        (version,) = read_versions(connection, on_sqlite.initiative.id, "fr")
    assert version.written_on == date(2027, 5, 2)
