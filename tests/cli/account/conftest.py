"""An operator who types `signer account …` over an instance with one initiative. Everybody is invented."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, update

from signer.accounts.invite import accept, find_invitation
from signer.accounts.queries import Account, find_account
from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account
from signer.audit.read import latest_entries
from signer.cli.main import main
from signer.database import open_engine, reading, writing
from signer.initiatives.lifecycle import import_description
from signer.settings import Settings, read_settings
from tests.acts import unit
from tests.cli.conftest import describe_in, signer_in
from tests.commands import Commands
from tests.conftest import describe

NUMBER, SECOND = "2026/000042", "2027/000043"
OTTOLINE, BARTHOLOMEW = "ottoline@initiative.example", "bartholomew@initiative.example"
OWNER = HeldRole(Role.OWNER, NUMBER)


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    def refusal(self) -> str:
        """The reason of a command that refused: one line, and nothing else anywhere."""
        assert (self.status, self.out) == (1, "")
        (line,) = self.err.splitlines()
        assert line.startswith("signer: ")
        return line.removeprefix("signer: ")


Run = Callable[..., Ended]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, loaded: Commands) -> Path:
    """A new instance with one initiative, which no test changes."""
    folder = tmp_path_factory.mktemp("made")
    signer = signer_in(folder, loaded)
    assert signer("init").code == 0
    assert signer("initiative", "import", describe_in(folder)).code == 0
    return folder


@pytest.fixture
def settings(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The test's own copy of the instance, to which the environment points."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    for name in [name for name in os.environ if name.startswith("SIGNER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SIGNER_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("SIGNER_SECRETS", str(tmp_path / "secrets"))
    return read_settings()


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    """The instance's database."""
    opened = open_engine(settings)
    yield opened
    opened.dispose()


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Types `signer account …`; in this process, since starting one takes longer than all it does."""
    mask = os.umask(0o077)

    def typed(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["signer", "account", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Ended(int(ended.value.code or 0), printed.out, printed.err)

    yield typed
    os.umask(mask)


@pytest.fixture
def join(engine: Engine, settings: Settings, run: Run) -> Callable[..., int]:
    """Makes an account that holds a role, with two factors and a session; gives its number."""

    def joined(email: str, role: str = "owner") -> int:
        token = token_of(run("invite", email, "--role", role).out)
        with writing(engine) as connection:
            made = accept(unit(connection, settings), token, name="Ottoline Invented", password_hash="hash", now=now())
            factors = {"tf_primary_method": "authenticator", "tf_totp_secret": "sealed"}
            connection.execute(update(account).where(account.c.id == made).values(factors))
        return made

    return joined


@pytest.fixture
def two_initiatives(engine: Engine, settings: Settings) -> None:
    """A second initiative beside the first."""
    with writing(engine) as connection:
        import_description(unit(connection, settings), describe(SECOND))


def now() -> datetime:
    return datetime.now(UTC)


def token_of(link: str) -> str:
    """The token of a printed link."""
    (token,) = parse_qs(urlsplit(link.strip()).query)["token"]
    return token


def held_by(engine: Engine, token: str) -> HeldRole:
    with reading(engine) as connection:
        return find_invitation(connection, token, now=now()).held


def known(engine: Engine, email: str) -> Account:
    with reading(engine) as connection:
        return find_account(connection, email)


def entries(engine: Engine) -> list[tuple[str, str, str]]:
    """What the audit log says of accounts and roles, the oldest first: kind, actor, initiative."""
    with reading(engine) as connection:
        found = [(entry.kind, entry.actor, entry.initiative) for entry in latest_entries(connection, 100)]
    return [entry for entry in reversed(found) if entry[0].startswith(("account", "role", "second"))]
