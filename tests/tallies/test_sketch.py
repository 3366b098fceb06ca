"""The bits from which persons are estimated: what they tell of one person, and how far the estimate is off."""

import math
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from signer.scheme.identity import identity
from signer.scheme.load import load_scheme
from signer.tallies.sketch import EMPTY, FEWEST_BUCKETS, OF, TAKEN, Sketch, bucket_of, buckets_for
from tests.acts import MAY_DAY
from tests.people import ADA, BERT
from tests.tallies.estimate import (
    PERSONS,
    PLACES,
    RUNS,
    THRESHOLDS,
    Trial,
    cells,
    filled,
    row,
    seeded,
    standard_error,
    try_out,
)

KEY = bytes(range(32))
NUMBER = "2027/000042"
PAGE = Path(__file__).parents[2] / "docs" / "estimate.md"
DRAWN = 10_000
SHORT_RUN = 12
LARGEST_RATIO = Fraction(2)


def share_of_ones(times: int, *, others: int = 0) -> float:
    """How often the bit of a bucket is 1, of ten thousand sketches, after the person signed so many `times`."""
    ones = 0
    with seeded(7):
        for _ in range(DRAWN):
            ones += Sketch.new(8).with_persons([3] * (times + others)).bits[0] >> 3 & 1
    return ones / DRAWN


def test_whoever_holds_bits_key_and_details_learns_a_ratio_of_less_than_two_either_way() -> None:
    """The proof of docs/estimate.md in numbers: one bit is all that depends on a person."""
    one = Fraction(TAKEN, OF) / Fraction(EMPTY, OF)
    zero = (1 - Fraction(TAKEN, OF)) / (1 - Fraction(EMPTY, OF))

    assert one < LARGEST_RATIO
    assert 1 / zero < LARGEST_RATIO
    assert (one, zero) == (Fraction(21, 11), Fraction(11, 21))


def test_the_drawn_bits_have_these_chances_however_often_somebody_signs() -> None:
    """Three standard errors of ten thousand draws are 0.015."""
    found = {times: share_of_ones(times) for times in (0, 1, 20)}

    assert found[0] == pytest.approx(EMPTY / OF, abs=0.015)
    assert found[1] == pytest.approx(TAKEN / OF, abs=0.015)
    assert found[20] == pytest.approx(TAKEN / OF, abs=0.015)
    assert found[1] / found[0] < 2
    assert (1 - found[0]) / (1 - found[20]) < 2


def test_where_somebody_else_is_in_the_bucket_it_tells_nothing_at_all() -> None:
    assert share_of_ones(1, others=1) == pytest.approx(share_of_ones(0, others=1), abs=0.02)


def test_only_the_bit_of_the_persons_bucket_depends_on_them() -> None:
    before = Sketch(bytes.fromhex("a53c"))

    with seeded(1):
        after = {before.with_persons([9]).bits for _ in range(50)}

    assert after == {bytes.fromhex("a53c"), bytes.fromhex("a53e")}


def test_a_repeat_changes_the_estimate_by_chance_only() -> None:
    """Everybody signs once, or everybody signs four times: the same number of persons."""
    buckets, persons = 16_384, 8_000
    with seeded(3) as chance:
        places = chance.choices(range(buckets), k=persons)
        once = Sketch.new(buckets).with_persons(places).estimate()
        four_times = Sketch.new(buckets).with_persons(places * 4).estimate()

    assert once.persons == pytest.approx(persons, abs=3 * once.error)
    assert four_times.persons == pytest.approx(persons, abs=3 * four_times.error)


def test_an_empty_sketch_is_neither_all_zeros_nor_a_count_of_many() -> None:
    with seeded(5):
        estimate = Sketch.new(buckets_for(THRESHOLDS["DE"])).estimate()

    assert abs(estimate.persons) < 3 * estimate.error
    assert estimate.error < 1_000


def test_the_sum_of_many_sketches_with_few_persons_is_not_too_high() -> None:
    """Of all Member States together, most have few at first; without what is below zero they would add up to many."""
    with seeded(13):
        estimates = [Sketch.new(FEWEST_BUCKETS).estimate() for _ in range(200)]

    assert abs(sum(each.persons for each in estimates)) < 3 * math.hypot(*(each.error for each in estimates))


def test_a_sketch_that_is_full_says_that_it_does_not_know() -> None:
    assert math.isinf(Sketch(b"\xff" * 512).estimate().error)


def test_the_error_that_an_estimate_states_is_the_one_of_the_page() -> None:
    buckets = buckets_for(THRESHOLDS["MT"])
    with seeded(9) as chance:
        stated = filled(buckets, 5_000, chance).estimate().error

    assert stated == pytest.approx(standard_error(buckets, 5_000), rel=0.05)


def test_the_errors_of_the_page_are_those_that_a_short_run_finds() -> None:
    """The page has a run of a hundred; of twelve the error is known to a fifth, and twice that is let pass."""
    for persons in PERSONS:
        shown = row_of_page(persons)
        for code, (error, found, _) in zip(PLACES, shown, strict=True):
            short = try_out(buckets_for(THRESHOLDS[code]), persons, SHORT_RUN, seed=1)
            assert error == f"{short.expected:,.0f} ({short.expected / persons:.1%})"
            if found != "none":
                assert short.found == pytest.approx(float(found.replace(",", "")), rel=0.45)


@pytest.mark.long
def test_the_page_has_what_the_simulation_prints() -> None:
    page = PAGE.read_text(encoding="utf-8")

    for persons in PERSONS:
        assert row(persons, [try_out(buckets_for(THRESHOLDS[code]), persons, RUNS) for code in PLACES]) in page


def test_a_row_of_the_table_reads_as_the_page_has_it() -> None:
    assert cells(Trial(8, 500, 207.2, 209.4, 0.05)) == "207 (41.4%) | 209 | 5%"
    assert cells(Trial(8, 500, 207.2, math.inf, 0.05)) == "207 (41.4%) | none | 5%"


def test_a_member_state_gets_four_buckets_for_each_statement_it_needs() -> None:
    assert buckets_for(67_680) == 270_720
    assert buckets_for(4_231) % 8 == 0
    assert buckets_for(1) == FEWEST_BUCKETS


def test_a_person_falls_into_one_bucket_and_only_the_key_tells_which() -> None:
    germany = load_scheme("eu").member_state("DE")
    ada, bert = (identity(fields, germany, on=MAY_DAY) for fields in (ADA, BERT))
    moved = identity(ADA | {"street": "Andere Gasse"}, germany, on=MAY_DAY)

    buckets = {
        "ada": bucket_of(KEY, NUMBER, ada, 1 << 20),
        "moved": bucket_of(KEY, NUMBER, moved, 1 << 20),
        "bert": bucket_of(KEY, NUMBER, bert, 1 << 20),
        "another initiative": bucket_of(KEY, "2027/000043", ada, 1 << 20),
        "another key": bucket_of(KEY[::-1], NUMBER, ada, 1 << 20),
    }

    assert buckets["moved"] == buckets["ada"]
    assert len(set(buckets.values())) == len(buckets) - 1


def test_persons_spread_over_all_buckets() -> None:
    found = Counter(bucket_of(KEY, NUMBER, ("DE", str(number)), 8) for number in range(4_000))

    assert all(400 < found[bucket] < 600 for bucket in range(8))


def row_of_page(persons: int) -> list[tuple[str, str, str]]:
    """Three cells for each place in the page's row for so many persons: error, found, published."""
    rows = [re.split(r"\s*\|\s*", line.strip("| ")) for line in PAGE.read_text(encoding="utf-8").splitlines()]
    (found,) = [row[1:] for row in rows if row[0] == f"{persons:,}" and len(row) == 1 + 3 * len(PLACES)]
    return [(found[at], found[at + 1], found[at + 2]) for at in range(0, len(found), 3)]
