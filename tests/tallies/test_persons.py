"""What is published of the estimate: once a day, rounded, and only where it is certain enough."""

import math
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from signer.database import reading, writing
from signer.statements.tables import erasure
from signer.tallies.persons import ALL, Persons, latest_persons, publish, rounded
from signer.tallies.sketch import Estimate, buckets_for
from signer.tallies.tables import person_estimate, person_sketch
from tests.acts import MAY_DAY
from tests.cases import every_case
from tests.conftest import Instance
from tests.counts import receive
from tests.tallies.estimate import THRESHOLDS, filled, seeded

NEXT_DAY = MAY_DAY + timedelta(days=1)
GERMANS, FRENCH = 40_000, 30_000
"""Persons; each German has signed twice."""


@pytest.fixture
def collected(on_sqlite: Instance) -> Instance:
    """Forty thousand Germans who have signed twice, thirty thousand French once, three hundred Maltese."""
    counts = {"DE": 2 * GERMANS, "FR": FRENCH, "MT": 300}
    persons = {"DE": GERMANS, "FR": FRENCH, "MT": 300}
    with writing(on_sqlite.engine) as connection, seeded(11) as chance:
        for code, number in persons.items():
            bits = filled(buckets_for(THRESHOLDS[code]), number, chance).bits
            here = {"initiative_id": on_sqlite.initiative.id, "member_state": code}
            connection.execute(insert(person_sketch).values(bits=bits, **here))
    receive(on_sqlite, counts)
    return on_sqlite


@every_case(
    ("estimate", "kept", "published"),
    [
        (Estimate(40_321, 912), 80_000, Persons(40_000, 1_000)),
        (Estimate(40_321, 1_001), 80_000, Persons(40_000, 2_000)),
        (Estimate(512, 9), 80_000, Persons(510, 10)),
        (Estimate(40_321, 912), 38_400, Persons(39_000, 1_000)),
        (Estimate(500, 126), 80_000, None),
        (Estimate(0, 200), 80_000, None),
        (Estimate(0, 0), 0, None),
        (Estimate(100_000, math.inf), 80_000, None),
    ],
)
def test_an_estimate_is_rounded_to_no_less_than_its_error(
    estimate: Estimate, kept: int, published: Persons | None
) -> None:
    assert rounded(estimate, kept) == published


def test_one_statement_more_moves_what_is_published_in_few_places_and_by_one_step() -> None:
    """A step is no smaller than the error, so where it moves tells nothing that chance would not have done as well."""
    moved = [
        rounded(Estimate(persons, 912), 80_000) != rounded(Estimate(persons + 1, 912), 80_000)
        for persons in range(30_000, 40_000)
    ]

    assert sum(moved) == 10


def test_the_days_estimate_tells_persons_from_statements(collected: Instance) -> None:
    with writing(collected.engine) as connection:
        publish(connection, collected.initiative.id, on=NEXT_DAY)
    with reading(collected.engine) as connection:
        made_on, found = latest_persons(connection, collected.initiative.id)

    assert made_on == NEXT_DAY
    assert found["DE"].persons == pytest.approx(GERMANS, abs=3 * found["DE"].step)
    assert found["FR"].persons == pytest.approx(FRENCH, abs=3 * found["FR"].step)
    assert found[ALL].persons == pytest.approx(GERMANS + FRENCH, abs=3 * found[ALL].step)
    assert "MT" not in found
    assert all(each.persons % each.step == 0 for each in found.values())


def test_a_sketch_that_is_full_does_not_take_the_estimate_of_all_with_it(collected: Instance) -> None:
    """Where a small Member State has many times its threshold; what it cannot tell is less than all it has kept."""
    with writing(collected.engine) as connection:
        full = b"\xff" * (buckets_for(THRESHOLDS["MT"]) // 8)
        connection.execute(person_sketch.update().filter_by(member_state="MT").values(bits=full))
        publish(connection, collected.initiative.id, on=NEXT_DAY)
        _, found = latest_persons(connection, collected.initiative.id)

    assert "MT" not in found
    assert found[ALL].persons == pytest.approx(GERMANS + FRENCH, abs=3 * found[ALL].step)


def test_what_comes_later_in_the_day_changes_nothing_that_is_published(collected: Instance) -> None:
    with writing(collected.engine) as connection:
        publish(connection, collected.initiative.id, on=NEXT_DAY)
        before = connection.execute(select(person_estimate)).all()
        with seeded(12) as chance:
            bits = filled(buckets_for(THRESHOLDS["DE"]), 60_000, chance).bits
        connection.execute(person_sketch.update().filter_by(member_state="DE").values(bits=bits))
        publish(connection, collected.initiative.id, on=NEXT_DAY)
        after = connection.execute(select(person_estimate)).all()

    assert before == after


def test_there_are_no_more_persons_than_statements_that_were_not_erased(collected: Instance) -> None:
    with writing(collected.engine) as connection:
        rows = [
            {
                "statement_id": number.to_bytes(16, "big"),
                "code": number.to_bytes(16, "little"),
                "sealed_sha256": bytes(32),
                "initiative_id": collected.initiative.id,
                "member_state": "FR",
                "submitted_on": MAY_DAY,
                "erased_on": NEXT_DAY,
            }
            for number in range(5_000)
        ]
        connection.execute(insert(erasure), rows)
        publish(connection, collected.initiative.id, on=NEXT_DAY)
        _, found = latest_persons(connection, collected.initiative.id)

    assert found["FR"].persons <= FRENCH - 5_000 + found["FR"].step
