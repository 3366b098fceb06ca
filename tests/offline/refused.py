"""Refusals at the offline machine, for tests: said on the screen, and nothing left."""

from pathlib import Path

from signer.offline.folder import UNFINISHED
from tests.offline.conftest import Desk


def assert_refused(desk: Desk, words: str, *batches: Path) -> None:
    """Neither `verify` nor `open` takes the batches; `verify` is left out where only opening shows it."""
    for result in (desk.verify(*batches), desk.open(*batches)):
        assert result.exit_code == 1
        assert words in result.stderr
        assert len(result.stderr.strip().splitlines()) >= 2
        assert "Traceback" not in result.stderr
    assert_nothing_left(desk)


def assert_not_opened(desk: Desk, words: str, *batches: Path) -> None:
    """`verify` takes the batches, and `open` does not."""
    assert desk.verify(*batches).exit_code == 0
    result = desk.open(*batches)

    assert result.exit_code == 1
    assert words in result.stderr
    assert_nothing_left(desk)


def assert_nothing_left(desk: Desk) -> None:
    """There is no output, and none that was begun."""
    assert not desk.out.exists()
    assert not desk.out.with_name("out" + UNFINISHED).exists()
