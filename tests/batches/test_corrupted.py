"""Somebody turns a byte or cuts off: the file itself no longer fits together, and is refused whatever was changed."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signer.batches.batch_file import MANIFEST, SIGNATURE
from tests.batches.pieces import BROKEN, Good, parts_of, with_byte_changed
from tests.cases import every_case
from tests.lengths import examples
from tests.offline.making import sealed


def test_the_batch_fits_before_anything_is_changed(good: Good) -> None:
    assert good.desk.verify(good.path).exit_code == 0
    assert good.desk.open(good.path).exit_code == 0


def test_the_parts_are_the_whole_file(good: Good) -> None:
    """No byte lies in none of them, so what follows leaves no region out."""
    assert sum(length for _, length in parts_of(len(good.manifest.encode()))) == len(good.content)
    assert good.packed() == good.content


@every_case("part", [name for name, _ in parts_of(1)])
def test_a_changed_byte_is_refused_in_every_part(good: Good, part: str) -> None:
    begins, length = good.part(part)
    place = begins + length // 2

    line = good.assert_refused(with_byte_changed(good.content, place), BROKEN)

    if (found := BROKEN.search(line)) and found["place"]:
        assert int(found["place"]) == place
    if part in {MANIFEST, SIGNATURE}:
        assert f"{part} cannot be read" in line
    if part.startswith("record"):
        assert "statements.bin cannot be read" in line


@every_case("part", [name for name, _ in parts_of(1) if ", field " in name])
def test_a_number_changed_at_its_highest_byte_is_refused(good: Good, part: str) -> None:
    """An offset may then be more than the system can seek to."""
    begins, length = good.part(part)

    good.assert_refused(with_byte_changed(good.content, begins + length - 1, 0xFF), BROKEN)


@given(st.data())
@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_changed_byte_is_refused(good: Good, data: st.DataObject) -> None:
    place, by = data.draw(st.integers(0, len(good.content) - 1)), data.draw(st.integers(1, 255))

    good.assert_refused(with_byte_changed(good.content, place, by), BROKEN)


@every_case("part", [name for name, _ in parts_of(1) if not re.search(r", field (?!1$)", name)])
def test_a_file_that_ends_where_a_part_begins_or_a_byte_later_is_refused(good: Good, part: str) -> None:
    begins, _ = good.part(part)

    for kept in (begins, begins + 1):
        good.assert_refused(good.content[:kept], BROKEN)


def test_a_doubtful_batch_beside_a_good_one_leaves_nothing_of_either(good: Good) -> None:
    france = good.desk.make.batch(sealed(7, member_state="FR"))
    good.path.write_bytes(with_byte_changed(good.content, good.part("record 2: tag")[0]))

    result = good.desk.open(france, good.path)

    assert result.exit_code == 1
    assert f"{good.path}: statements.bin cannot be read" in result.stderr
    assert {path.name for path in good.desk.folder.iterdir()} == {
        "trust.json",
        *(path.name for path in good.desk.shares),
        france.name,
        good.path.name,
    }
