"""A ceremony of three invented holders, batches sealed to its key, and the command as a person runs it."""

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from signer.offline.main import main
from signer.offline.process import ENDING
from signer.sealing.opening import OpeningKey
from signer.sealing.shares import split
from tests.offline.ceremony import KEY, SHARES, trust_of
from tests.offline.making import Maker


@dataclass(frozen=True)
class Desk:
    """The offline machine: a folder with the trust file of a rehearsal, its share files, and batches.

    arguments: of `open`, all but the batches and the output folder.
    """

    folder: Path
    trust: Path
    shares: tuple[Path, ...]
    make: Maker

    @property
    def out(self) -> Path:
        """Where the files for the authorities shall be."""
        return self.folder / "out"

    def run(self, *arguments: object) -> Result:
        """Run `signer-offline` and return how it ended; standard output and error are apart."""
        return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)

    def open(self, *batches: Path, shares: int = 2, more: tuple[object, ...] = ()) -> Result:
        """Run `open` as a rehearsal does."""
        return self.run(*self.opening(*batches, shares=shares), *more)

    def opening(self, *batches: Path, shares: int = 2) -> list[str]:
        """The arguments of `open` as a rehearsal gives them."""
        files = [part for share in self.shares[:shares] for part in ("--share", share)]
        arguments = ("open", *batches, "--trust", self.trust, "--format", "xml", "--plain", "--out", self.out, *files)
        return [str(argument) for argument in arguments]

    def verify(self, *batches: Path) -> Result:
        """Run `verify`."""
        return self.run("verify", *batches, "--trust", self.trust)


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    """What the command does about signals is undone: here it runs within the tests' own process."""
    kept = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A rehearsal's files, fresh for each test."""
    trust = tmp_path / "trust.json"
    trust.write_bytes(trust_of(rehearsal=True).to_json())
    shares = []
    for number, share in enumerate(SHARES, start=1):
        path = tmp_path / f"share-{number}.txt"
        path.write_text(share + "\n")
        shares.append(path)
    return Desk(tmp_path, trust, tuple(shares), Maker(tmp_path, KEY.recipient))


@pytest.fixture
def foreign_shares() -> tuple[str, ...]:
    """Shares of the same shape, of another key."""
    return split(OpeningKey.from_seed(bytes(range(100, 132))), threshold=2, count=3)
