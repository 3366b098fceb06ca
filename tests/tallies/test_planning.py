"""What organisers plan with is kept, and every change of it is recorded."""

from datetime import timedelta

import pytest

from signer.audit.read import latest_entries
from signer.database import reading, writing
from signer.initiatives.queries import find_initiative
from signer.tallies.planning import (
    Expected,
    UnfitPlan,
    expect_share,
    mark_event,
    publish_forecast,
    read_events,
    read_shares,
    unmark_event,
)
from tests.acts import MAY_DAY, unit
from tests.conftest import END, NUMBER, Instance


def test_shares_events_and_publishing_are_kept_and_recorded(instance: Instance) -> None:
    with writing(instance.engine) as connection:
        here = unit(connection, instance.settings), instance.initiative
        expect_share(*here, "EL", Expected.INVALID, 0.2)
        expect_share(*here, "MT", Expected.INVALID, 0.3)
        expect_share(*here, "MT", Expected.INVALID, None)
        expect_share(*here, "DE", Expected.REPEATS, 0.02)
        mark_event(*here, on=MAY_DAY, label=" Day\u00a0of action ")
        mark_event(*here, on=MAY_DAY - timedelta(days=9), label="Radio")
        publish_forecast(*here, is_published=True)

    with reading(instance.engine) as connection:
        invalid = read_shares(connection, instance.initiative, Expected.INVALID)
        repeats = read_shares(connection, instance.initiative, Expected.REPEATS)
        assert (invalid["GR"], invalid["MT"], invalid["DE"]) == (0.2, 0.106, 0.106)
        assert (repeats["GR"], repeats["DE"]) == (0.03, 0.02)
        assert [event.label for event in read_events(connection, instance.initiative.id)] == ["Radio", "Day of action"]
        assert find_initiative(connection, NUMBER).forecast_published
        said = [entry.details["change"] for entry in latest_entries(connection, 7, initiative=NUMBER)]
    assert said[::-1] == [
        "invalid GR: 20.0%",
        "invalid MT: 30.0%",
        "invalid MT: as the scheme",
        "repeats DE: 2.0%",
        f"marked {MAY_DAY}",
        f"marked {MAY_DAY - timedelta(days=9)}",
        "forecast published",
    ]


@pytest.mark.parametrize("share", [-0.1, 0.91, float("nan")])
def test_a_share_that_cannot_be_is_refused(on_sqlite: Instance, share: float) -> None:
    with writing(on_sqlite.engine) as connection, pytest.raises(UnfitPlan):
        expect_share(unit(connection, on_sqlite.settings), on_sqlite.initiative, "DE", Expected.REPEATS, share)


def test_an_event_is_taken_out_once(on_sqlite: Instance) -> None:
    with writing(on_sqlite.engine) as connection:
        here = unit(connection, on_sqlite.settings), on_sqlite.initiative
        mark_event(*here, on=MAY_DAY, label="Radio")
        (made,) = read_events(connection, on_sqlite.initiative.id)
        unmark_event(*here, made.id)
        assert read_events(connection, on_sqlite.initiative.id) == ()
        for number in (made.id, 10**30):
            with pytest.raises(UnfitPlan, match="no such event"):
                unmark_event(*here, number)


@pytest.mark.parametrize(
    ("after", "label"), [(END, ""), (END, "x" * 81), (END, "a\x00b"), (END + timedelta(days=1), "Radio")]
)
def test_an_event_that_cannot_be_is_refused(on_sqlite: Instance, after: object, label: str) -> None:
    with writing(on_sqlite.engine) as connection, pytest.raises(UnfitPlan):
        mark_event(unit(connection, on_sqlite.settings), on_sqlite.initiative, on=after, label=label)  # type: ignore[arg-type]
