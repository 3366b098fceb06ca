"""An instance that an earlier release made is completed by `signer init`, and says so until then."""

from pathlib import Path

from signer.human_check.check import HUMAN_CHECK_KEY
from tests.cli.conftest import Run


def test_init_makes_the_secret_that_an_older_instance_lacks(signer: Run, tmp_path: Path) -> None:
    signer("init")
    key = tmp_path / "secrets" / HUMAN_CHECK_KEY
    key.unlink()

    serving, completed = signer("serve"), signer("init")

    assert serving.returncode == 1
    assert HUMAN_CHECK_KEY in serving.stderr
    assert "signer init" in serving.stderr
    assert completed.returncode == 0
    assert len(bytes.fromhex(key.read_text())) == 32
