"""The offline tool carries no web server and no database client (tests/offline/test_no_network.py: no connection)."""

import json
import subprocess
import sys
from functools import cache

FORBIDDEN = (
    "flask",
    "sqlalchemy",
    "werkzeug",
    "jinja2",
    "psycopg",
    "redis",
    "granian",
    "alembic",
    "babel",
    "flask_babel",
)
ROOMS_OF_THE_SERVICE = {
    *("web", "cli", "publishing", "service", "wording", "retention", "tallies", "human_check", "statements"),
    *("initiatives", "accounts", "audit"),
}
LIST = "import json, sys; import signer.offline.main; print(json.dumps(sorted(sys.modules)))"


@cache
def loaded_modules() -> list[str]:
    """What is loaded once the command is."""
    run = subprocess.run([sys.executable, "-c", LIST], capture_output=True, text=True, timeout=120, check=True)
    modules: list[str] = json.loads(run.stdout)
    return modules


def test_a_fresh_interpreter_loads_neither_flask_nor_sqlalchemy() -> None:
    """`signer/__init__.py` that re-exports something would load them while every import contract stays green."""
    loaded = loaded_modules()

    assert "signer.offline.main" in loaded
    assert [name for name in loaded if name.split(".")[0] in FORBIDDEN] == []


def test_a_fresh_interpreter_loads_no_room_of_the_service() -> None:
    loaded = loaded_modules()

    rooms = {name.split(".")[1] for name in loaded if name.startswith("signer.")}
    assert rooms & ROOMS_OF_THE_SERVICE == set()
    assert not {"signer.batches.freeze", "signer.batches.tables", "signer.ledger.log", "signer.settings"} & set(loaded)
