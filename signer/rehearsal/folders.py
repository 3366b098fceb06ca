"""The working folder of a rehearsal: where everything lies, and that nothing was there before."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import inspect

from signer.database import open_engine, translated
from signer.errors import SignerError
from signer.settings import Settings


class NotEmpty(SignerError):
    """The folder or database for the rehearsal holds something already; a rehearsal never touches a live one."""


@dataclass(frozen=True)
class Folders:
    """The folders of one rehearsal. Only `offline` holds the shares; only `opened` and `typed` hold clear text."""

    root: Path

    @property
    def instance(self) -> Path:
        """The instance's folder, with its SQLite database."""
        return self.root / "instance"

    @property
    def secrets(self) -> Path:
        """The instance's secrets."""
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        """What all programs print."""
        return self.root / "logs"

    @property
    def batches(self) -> Path:
        """The sealed files, one for each Member State."""
        return self.root / "batches"

    @property
    def offline(self) -> Path:
        """The ceremony: request, trust file, public key and the holders' shares."""
        return self.root / "offline"

    @property
    def opened(self) -> Path:
        """The files for the authorities."""
        return self.root / "opened"

    @property
    def typed(self) -> Path:
        """What was typed, a JSON line for each statement."""
        return self.root / "typed.jsonl"


@contextmanager
def open_folders(keep: Path | None) -> Iterator[Folders]:
    """Give the block a working folder that only its owner can enter. Raises NotEmpty.

    keep: where it stays for others to check; without it, it is removed at the end.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="signer-rehearsal-") as root:
            yield _prepared(Path(root))
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise NotEmpty(f"{keep} is not an empty folder; name one that is empty or not there yet")
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep.chmod(0o700)
    yield _prepared(keep.absolute())


def require_empty_database(url: str) -> None:
    """Return if the database that `url` names has no table. Raises NotEmpty, WrongSettings or StoreUnavailable."""
    nowhere = Path()
    engine = open_engine(Settings(instance=nowhere, secrets=nowhere, database_url=url), threads=1)
    try:
        with translated():
            tables = sorted(inspect(engine).get_table_names())
    finally:
        engine.dispose()
    if tables:
        raise NotEmpty(f"--database has {len(tables)} tables ({', '.join(tables[:3])}, …); an empty one was expected")


def _prepared(root: Path) -> Folders:
    made = Folders(root)
    for folder in (made.instance, made.logs, made.offline):
        folder.mkdir(mode=0o700)
    return made
