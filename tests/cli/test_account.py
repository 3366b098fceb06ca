"""`signer account`: how the first owner comes in, and who is locked out comes back. Everybody is invented."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Engine, insert, select, update

from signer.accounts.invite import UnknownInvitation, accept, find_invitation
from signer.accounts.log_on import begin_session, holds_session
from signer.accounts.queries import Account, find_account
from signer.accounts.roles import HeldRole, Role
from signer.accounts.tables import account, webauthn_credential
from signer.audit.actor import command_line
from signer.audit.read import latest_entries
from signer.cli.main import main
from signer.database import open_engine, reading, writing
from signer.initiatives.manage import import_description
from signer.settings import Settings, read_settings
from tests.cli.conftest import describe_in, signer_in
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


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new instance with one initiative, which no test changes."""
    folder = tmp_path_factory.mktemp("made")
    signer = signer_in(folder)
    assert signer("init").returncode == 0
    assert signer("initiative", "import", describe_in(folder)).returncode == 0
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
            made = accept(connection, settings, token, name="Ottoline Invented", password_hash="hash", now=now())
            factors = {"tf_primary_method": "authenticator", "tf_totp_secret": "sealed"}
            connection.execute(update(account).where(account.c.id == made).values(factors))
        return made

    return joined


@pytest.fixture
def two_initiatives(engine: Engine, settings: Settings) -> None:
    """A second initiative beside the first."""
    with writing(engine) as connection:
        import_description(connection, settings, describe(SECOND), actor="command:test")


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


def test_the_first_owner_gets_a_link_that_makes_the_account(run: Run, engine: Engine, settings: Settings) -> None:
    invited = run("invite", OTTOLINE, "--role", "owner")

    assert invited.status == 0
    (link,) = invited.out.splitlines()
    assert link.startswith("/console/invitation?token=")
    with writing(engine) as connection:
        accept(connection, settings, token_of(link), name="Ottoline", password_hash="hash", now=now())
    assert known(engine, OTTOLINE).roles == (OWNER,)


def test_without_a_public_address_the_operator_is_told_to_put_it_in_front(run: Run) -> None:
    said = run("invite", OTTOLINE, "--role", "owner").err

    assert "works once, for 7 days" in said
    assert "public_url" in said


def test_with_a_public_address_the_link_is_whole_and_nothing_has_to_be_added(run: Run, settings: Settings) -> None:
    path = settings.instance / "settings.toml"
    path.write_text(f'public_url = "https://support.example.org"\n{path.read_text()}')

    invited = run("invite", OTTOLINE, "--role", "owner")

    assert invited.out.startswith("https://support.example.org/console/invitation?token=")
    assert "public_url" not in invited.err


def test_nothing_but_the_link_stands_on_standard_output(run: Run) -> None:
    """It is piped into a mail or copied as it is."""
    invited = run("invite", OTTOLINE, "--role", "owner")

    assert len(invited.out.splitlines()) == 1
    assert token_of(invited.out) not in invited.err


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_every_role_can_be_invited_to(run: Run, engine: Engine, role: str) -> None:
    held = held_by(engine, token_of(run("invite", OTTOLINE, "--role", role).out))

    assert held == HeldRole(Role(role), "" if role == "administrator" else NUMBER)


def test_an_administrator_is_one_for_the_whole_instance(run: Run) -> None:
    refused = run("invite", OTTOLINE, "--role", "administrator", "--initiative", NUMBER)

    assert refused.refusal() == "an administrator is one for the whole instance; name no initiative"


@pytest.mark.usefixtures("two_initiatives")
def test_of_several_initiatives_one_has_to_be_named(run: Run, engine: Engine) -> None:
    unnamed = run("invite", OTTOLINE, "--role", "owner")
    named = run("invite", OTTOLINE, "--role", "owner", "--initiative", SECOND)
    formal = run("invite", OTTOLINE, "--role", "reader", "--initiative", "ECI(2027)000043")

    assert unnamed.refusal() == "there are 2 initiatives; name one with --initiative"
    assert held_by(engine, token_of(named.out)) == HeldRole(Role.OWNER, SECOND)
    assert held_by(engine, token_of(formal.out)) == HeldRole(Role.READER, SECOND)
    assert run("invite", OTTOLINE, "--role", "administrator").status == 0


@pytest.mark.usefixtures("two_initiatives")
def test_an_owner_is_invited_before_the_initiative_is_there_and_nobody_else(run: Run, engine: Engine) -> None:
    """Who imports it at the console has to be its owner before."""
    there = ["--initiative", "ECI(2031)000001", "--new"]

    invited = run("invite", OTTOLINE, "--role", "owner", *there)

    assert held_by(engine, token_of(invited.out)) == HeldRole(Role.OWNER, "2031/000001")
    for refused in (
        run("invite", OTTOLINE, "--role", "editor", *there),
        run("invite", OTTOLINE, "--role", "owner", "--new"),
    ):
        assert refused.status == 2
        assert "--new goes with --role owner and --initiative" in refused.err


@pytest.mark.parametrize("command", [["invite"], ["give"], ["take"]])
def test_an_initiative_that_is_not_there_is_named(run: Run, join: Callable[..., int], command: list[str]) -> None:
    join(OTTOLINE)

    refused = run(*command, OTTOLINE, "--role", "owner", "--initiative", "2031/000001")

    assert refused.refusal() == "there is no initiative 2031/000001"


EVERY_COMMAND = [
    ["invite", "--role", "owner"],
    ["give", "--role", "owner"],
    ["take", "--role", "owner"],
    ["deactivate"],
    ["deactivate", "--yes"],
    ["reset-second-factor"],
    ["reset-second-factor", "--yes"],
    ["renew"],
    ["renew", "--yes"],
]


NO_ADDRESSES = ["", "ottoline", "ottoline@", "a@b@c.example", "o@initiative.example\nx", "-"]


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_what_is_no_address_is_refused_without_being_repeated(run: Run, engine: Engine, command: list[str]) -> None:
    for address in NO_ADDRESSES:
        refused = run(*command, "--", address)

        assert refused.refusal() == "this is not an e-mail address; expected one like name@example.org"
    assert entries(engine) == []


@pytest.mark.parametrize("command", EVERY_COMMAND[1:], ids=" ".join)
def test_an_account_that_is_not_there_is_not_made_by_the_way(run: Run, engine: Engine, command: list[str]) -> None:
    """Also not said to be there by a dry run."""
    assert run(*command, OTTOLINE).refusal() == "there is no account with this e-mail address"
    assert entries(engine) == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["invite"],
        ["invite", OTTOLINE],
        ["invite", OTTOLINE, "--role", "king"],
        ["invite", OTTOLINE, BARTHOLOMEW, "--role", "owner"],
        ["give", OTTOLINE],
        ["deactivate"],
        ["deactivate", OTTOLINE, "--force"],
        ["remove", OTTOLINE],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_two_and_says_how_it_is_meant(run: Run, arguments: list[str]) -> None:
    wrong = run(*arguments)

    assert wrong.status == 2
    assert "Usage: signer account" in wrong.out + wrong.err
    assert "Traceback" not in wrong.err


def test_before_the_first_account_the_list_says_what_to_do(run: Run) -> None:
    assert run("list") == Ended(0, "no account yet; next: signer account invite EMAIL --role owner\n", "")
    assert json.loads(run("list", "--json").out) == []


def test_the_list_shows_roles_factors_and_invitations_that_wait(run: Run, join: Callable[..., int]) -> None:
    join(OTTOLINE)
    run("give", OTTOLINE, "--role", "auditor")
    run("invite", BARTHOLOMEW, "--role", "reader")

    shown = run("list")

    accounts, waiting = shown.out.splitlines()
    assert accounts == f"{OTTOLINE}  Ottoline Invented  active  two factors  auditor of {NUMBER}, owner of {NUMBER}"
    assert waiting.startswith(f"{BARTHOLOMEW}  invited until ")
    assert waiting.endswith(f" UTC  reader of {NUMBER}")


def test_the_list_as_json_is_for_programs_and_holds_no_secret(
    run: Run, join: Callable[..., int], engine: Engine, settings: Settings
) -> None:
    account_id = join(OTTOLINE)
    at = datetime(2027, 5, 1, 9, 30, tzinfo=UTC)
    with writing(engine) as connection:
        begin_session(connection, settings, account_id, now=at)

    (row,) = json.loads(run("list", "--json").out)

    assert row == {
        "email": OTTOLINE,
        "name": "Ottoline Invented",
        "active": True,
        "two_factors": True,
        "last_log_on": "2027-05-01T09:30:00+00:00",
        "roles": [{"role": "owner", "initiative": NUMBER}],
    }


def test_a_role_is_given_and_taken(run: Run, join: Callable[..., int], engine: Engine) -> None:
    join(OTTOLINE)

    assert run("give", "Ottoline@Initiative.EXAMPLE", "--role", "reader").out == f"{OTTOLINE} is reader of {NUMBER}\n"
    assert known(engine, OTTOLINE).roles == (OWNER, HeldRole(Role.READER, NUMBER))
    assert run("take", OTTOLINE, "--role", "owner").out == f"{OTTOLINE} is no longer owner of {NUMBER}\n"
    assert run("give", OTTOLINE, "--role", "administrator").out == f"{OTTOLINE} is administrator of the instance\n"
    assert known(engine, OTTOLINE).roles == (HeldRole(Role.ADMINISTRATOR), HeldRole(Role.READER, NUMBER))


def test_a_role_that_is_not_held_cannot_be_taken(run: Run, join: Callable[..., int]) -> None:
    account_id = join(OTTOLINE)

    assert run("take", OTTOLINE, "--role", "auditor").refusal() == (
        f"account {account_id} does not hold the role auditor; nothing was taken"
    )


@pytest.mark.usefixtures("two_initiatives")
def test_a_role_of_one_of_two_initiatives_is_taken_there_alone(run: Run, engine: Engine, settings: Settings) -> None:
    for number in (NUMBER, SECOND):
        token = token_of(run("invite", OTTOLINE, "--role", "owner", "--initiative", number).out)
        with writing(engine) as connection:
            accept(connection, settings, token, name="Ottoline", password_hash="hash", now=now())

    assert run("take", OTTOLINE, "--role", "owner").refusal().startswith("there are 2 initiatives")
    run("take", OTTOLINE, "--role", "owner", "--initiative", NUMBER)

    assert known(engine, OTTOLINE).roles == (HeldRole(Role.OWNER, SECOND),)


@pytest.mark.parametrize(
    "case",
    [
        ("deactivate", f"would lose owner of {NUMBER} and be shut"),
        ("reset-second-factor", "would set up a second factor at the next log-on"),
        ("renew", "would be logged off and shut until a new link is used"),
    ],
)
def test_what_locks_somebody_out_is_a_dry_run_without_yes(
    run: Run, join: Callable[..., int], engine: Engine, settings: Settings, case: tuple[str, str]
) -> None:
    command, said = case
    account_id = join(OTTOLINE)
    with writing(engine) as connection:
        session_id = begin_session(connection, settings, account_id, now=now())
    before, log = state(engine, account_id), entries(engine)

    dry = run(command, OTTOLINE)

    assert (dry.status, dry.err) == (0, "")
    assert dry.out == f"dry run: {OTTOLINE} {said}; add --yes to do it\n"
    assert state(engine, account_id) == before
    assert entries(engine) == log
    with reading(engine) as connection:
        assert holds_session(connection, account_id, session_id, now=now())


def state(engine: Engine, account_id: int) -> tuple[object, ...]:
    with reading(engine) as connection:
        return tuple(connection.execute(select(account).where(account.c.id == account_id)).one())


def test_deactivating_shuts_the_account_until_it_is_invited_again(
    run: Run, join: Callable[..., int], engine: Engine, settings: Settings
) -> None:
    account_id = join(OTTOLINE)
    waiting = token_of(run("invite", OTTOLINE, "--role", "reader").out)
    with writing(engine) as connection:
        session_id = begin_session(connection, settings, account_id, now=now())

    shut = run("deactivate", OTTOLINE, "--yes")

    assert shut == Ended(0, f"{OTTOLINE} is shut; to open it again: signer account invite\n", "")
    with reading(engine) as connection:
        assert not holds_session(connection, account_id, session_id, now=now())
    assert run("list").out == f"{OTTOLINE}  Ottoline Invented  shut  no second factor yet\n"
    with pytest.raises(UnknownInvitation):
        held_by(engine, waiting)
    assert held_by(engine, token_of(run("invite", OTTOLINE, "--role", "owner").out)) == OWNER


def test_a_reset_leaves_password_and_roles_and_forgets_every_second_factor(
    run: Run, join: Callable[..., int], engine: Engine
) -> None:
    account_id = join(OTTOLINE)
    with writing(engine) as connection:
        connection.execute(insert(webauthn_credential).values(passkey_of(account_id)))

    reset = run("reset-second-factor", OTTOLINE, "--yes")

    assert reset == Ended(0, f"{OTTOLINE} sets up a second factor at the next log-on\n", "")
    assert (known(engine, OTTOLINE).active, known(engine, OTTOLINE).two_factors) == (True, False)
    assert known(engine, OTTOLINE).roles == (OWNER,)
    with reading(engine) as connection:
        assert connection.execute(select(webauthn_credential)).all() == []
        assert connection.scalar(select(account.c.password)) == "hash"


def test_renewing_prints_a_link_by_which_the_owner_comes_back_with_all_roles(
    run: Run, join: Callable[..., int], engine: Engine, settings: Settings
) -> None:
    account_id = join(OTTOLINE)
    run("give", OTTOLINE, "--role", "auditor")

    renewed = run("renew", OTTOLINE, "--yes")

    assert renewed.status == 0
    assert not known(engine, OTTOLINE).active
    with writing(engine) as connection:
        back = accept(connection, settings, token_of(renewed.out), name="Ottoline", password_hash="new hash", now=now())
    assert back == account_id
    assert known(engine, OTTOLINE).active
    assert known(engine, OTTOLINE).roles == (HeldRole(Role.AUDITOR, NUMBER), OWNER)


def test_who_holds_no_role_is_invited_rather_than_renewed(run: Run, join: Callable[..., int], engine: Engine) -> None:
    join(OTTOLINE)
    run("take", OTTOLINE, "--role", "owner")

    assert run("renew", OTTOLINE, "--yes").refusal() == ("the account holds no role; invite its owner to one instead")
    assert known(engine, OTTOLINE).active


def test_whatever_is_done_is_written_down_with_the_user_who_typed_it(
    run: Run, join: Callable[..., int], engine: Engine
) -> None:
    account_id = join(OTTOLINE)
    run("give", OTTOLINE, "--role", "reader")
    run("take", OTTOLINE, "--role", "reader")
    run("reset-second-factor", OTTOLINE, "--yes")
    run("renew", OTTOLINE, "--yes")
    run("deactivate", OTTOLINE, "--yes")

    actor = command_line()
    assert actor.startswith("command:")
    assert entries(engine) == [
        ("account_invited", actor, NUMBER),
        ("account_made", f"account:{account_id}", ""),
        ("role_given", actor, NUMBER),
        ("role_given", actor, NUMBER),
        ("role_taken", actor, NUMBER),
        ("second_factor_changed", actor, ""),
        ("account_changed", actor, ""),
        ("account_invited", actor, NUMBER),
        ("account_deactivated", actor, ""),
    ]


def test_a_missing_key_of_the_log_keeps_everything_as_it_was(run: Run, engine: Engine, settings: Settings) -> None:
    (settings.secrets / "audit-key").unlink()

    assert "audit-key" in run("invite", OTTOLINE, "--role", "owner").refusal()
    assert entries(engine) == []


def test_as_an_operator_types_it_an_error_is_one_line(made: Path) -> None:
    """The real program, in a process of its own."""
    signer = signer_in(made)

    listed = signer("account", "list")
    refused = signer("account", "deactivate", OTTOLINE, "--yes")

    assert (listed.returncode, listed.stderr) == (0, "")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "signer: there is no account with this e-mail address\n"


def test_without_an_instance_the_command_says_what_to_do(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGNER_INSTANCE", str(tmp_path / "nowhere"))

    assert "signer init" in run("list").refusal()


def passkey_of(account_id: int) -> dict[str, object]:
    return {
        "account_id": account_id,
        "credential_id": b"credential",
        "public_key": b"key",
        "sign_count": 0,
        "backup_state": False,
        "device_type": "single_device",
        "lastuse_datetime": now(),
        "name": "my telephone",
        "usage": "secondary",
    }
