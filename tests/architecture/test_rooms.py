"""What a linter cannot see: what is really loaded when the service or the offline tool runs."""

import subprocess
import sys

from signer.cli.main import COMMANDS

OPENS = ("signer.sealing.opening", "signer.sealing.shares", "shamir_mnemonic", "signer.offline")


def loaded_by(*modules: str) -> set[str]:
    """Return the names of all modules that a fresh interpreter has after importing `modules`."""
    program = f"import sys, {', '.join(modules)}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def test_nothing_that_the_service_loads_can_open_a_statement() -> None:
    """Promise 1."""
    commands = {target.split(":")[0] for target in COMMANDS.values()}

    loaded = loaded_by("signer.web.worker", *sorted(commands))

    assert [name for name in sorted(loaded) if name.startswith(OPENS)] == []


def test_the_rules_command_loads_no_database_and_no_web_server() -> None:
    """Whoever checks a file of test cases needs neither."""
    loaded = loaded_by("signer.cli.main", "signer.scheme.check", "signer.scheme.load")

    assert loaded.isdisjoint({"flask", "sqlalchemy", "granian"})
