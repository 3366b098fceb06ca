"""An instance that an earlier release made is completed by `signer init`, and says so until then."""

from pathlib import Path

import pytest

from signer.cli.init import RETIRED_SECRETS
from signer.cli.instance import SECRETS, require_secrets
from signer.human_check.check import HUMAN_CHECK_KEY
from signer.settings import MissingSecret, Settings
from tests.cli.conftest import Run


def test_init_makes_the_secret_that_an_older_instance_lacks(signer: Run, tmp_path: Path) -> None:
    signer("init")
    key = tmp_path / "secrets" / HUMAN_CHECK_KEY
    key.unlink()

    serving, completed = signer("serve"), signer("init")

    assert serving.code == 1
    assert HUMAN_CHECK_KEY in serving.stderr
    assert "signer init" in serving.stderr
    assert completed.code == 0
    assert len(bytes.fromhex(key.read_text())) == 32


def test_init_deletes_the_secret_of_a_sketch_that_is_no_longer_kept(signer: Run, tmp_path: Path) -> None:
    """Whoever holds it can test copies of the sketch in old backups: has this person signed?"""
    signer("init")
    (name,) = RETIRED_SECRETS
    key = tmp_path / "secrets" / name
    made_now = key.exists()
    key.write_text("07" * 32)
    kept = {path.name for path in key.parent.iterdir()} - {name}

    completed = signer("init")

    assert (name, made_now, completed.code) == ("persons-key", False, 0)
    assert {path.name for path in key.parent.iterdir()} == kept


@pytest.mark.parametrize("lacking", SECRETS)
def test_no_secret_is_first_missed_by_a_worker_that_has_begun_to_serve(tmp_path: Path, lacking: str) -> None:
    settings = Settings(instance=tmp_path, secrets=tmp_path / "secrets")
    for name in SECRETS:
        settings.make_secret(name)
    require_secrets(settings)
    (settings.secrets / lacking).unlink()

    with pytest.raises(MissingSecret, match=lacking):
        require_secrets(settings)
