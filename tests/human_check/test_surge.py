"""What the operator says about a rush reaches running workers within seconds."""

from pathlib import Path

import pytest

from signer.human_check.surge import FRESH_SECONDS, Mode, Switch, read_mode, write_mode
from tests.human_check.conftest import Clock


def test_a_running_worker_follows_within_seconds(tmp_path: Path) -> None:
    clock = Clock(0.0)
    switch = Switch(tmp_path, clock)
    assert switch.mode() is Mode.AUTO

    write_mode(tmp_path, Mode.ON)
    assert switch.mode() is Mode.AUTO
    clock.now += FRESH_SECONDS
    assert switch.mode() is Mode.ON


@pytest.mark.parametrize("content", [b"", b"maybe\n", b"\xff", b"on off"])
def test_a_file_that_says_nothing_clear_leaves_it_to_the_counters(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "surge").write_bytes(content)

    assert read_mode(tmp_path) is Mode.AUTO
