"""Shares that do not open: too few, not of one key, misspelt, in files where they must be typed."""

from collections.abc import Callable

import pytest

from tests.offline.ceremony import trust_of
from tests.offline.conftest import Desk
from tests.offline.making import sealed
from tests.offline.refused import assert_not_opened, assert_nothing_left


def test_too_few_shares_open_nothing(desk: Desk) -> None:
    result = desk.open(desk.make.batch(sealed(1)), shares=1)

    assert result.exit_code == 1
    assert "1 of 2 shares" in result.stderr
    assert_nothing_left(desk)


def test_the_same_share_twice_is_one_share(desk: Desk) -> None:
    desk.shares[1].write_bytes(desk.shares[0].read_bytes())

    assert_not_opened(desk, "1 of 2 shares", desk.make.batch(sealed(1)))


def test_more_shares_than_needed_open_too(desk: Desk) -> None:
    assert desk.open(desk.make.batch(sealed(1)), shares=3).exit_code == 0


def test_shares_of_two_keys_open_nothing(desk: Desk, foreign_shares: tuple[str, ...]) -> None:
    desk.shares[1].write_text(foreign_shares[1])

    assert_not_opened(desk, "not of one key", desk.make.batch(sealed(1)))


def test_shares_of_another_ceremony_open_nothing(desk: Desk, foreign_shares: tuple[str, ...]) -> None:
    for path, share in zip(desk.shares, foreign_shares, strict=True):
        path.write_text(share)

    assert_not_opened(desk, "the trust file names", desk.make.batch(sealed(1)))


@pytest.mark.parametrize("spoil", [lambda words: [*words[1:], words[0]], lambda words: words[:-1], lambda words: ["é"]])
def test_a_misspelt_share_names_its_file_and_no_word(desk: Desk, spoil: Callable[[list[str]], list[str]]) -> None:
    words = desk.shares[0].read_text().split()
    desk.shares[0].write_text(" ".join(spoil(words)))

    result = desk.open(desk.make.batch(sealed(1)))

    assert result.exit_code == 1
    assert "share-1.txt" in result.stderr
    assert not any(f" {word} " in result.stderr for word in words if len(word) > 5)
    assert_nothing_left(desk)


def test_share_files_are_for_rehearsals_only(desk: Desk) -> None:
    desk.trust.write_bytes(trust_of(rehearsal=False).to_json())

    assert_not_opened(desk, "share files are for rehearsals", desk.make.batch(sealed(1)))


def test_without_a_terminal_nobody_types_shares(desk: Desk) -> None:
    result = desk.open(desk.make.batch(sealed(1)), shares=0)

    assert result.exit_code == 1
    assert "typed at a terminal" in result.stderr
    assert_nothing_left(desk)
