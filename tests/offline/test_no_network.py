"""The offline tool opens no connection, and ends cleanly whatever happens to it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.offline.conftest import Desk
from tests.offline.making import sealed

# As a program that fails at the first thought of a network.
POISONED = """
import socket, sys
class Poisoned(socket.socket):
    def __init__(self, *a, **k): raise SystemExit("a socket was opened")
socket.socket = Poisoned
socket.create_connection = socket.getaddrinfo = Poisoned
from signer.offline.main import main
main()
"""
REQUEST = {
    "format": "signer key request 1",
    "registration_number": "2027/000042",
    "scheme": "eu",
    "manifest_key": "01" * 32,
    "log_origin": "signer.example/log",
    "log_key": "02" * 32,
}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=120, check=False)


def test_keygen_verify_and_open_work_where_no_socket_can_be_opened(desk: Desk) -> None:
    batch = desk.make.batch(sealed(1))

    verified = run("-c", POISONED, "verify", str(batch), "--trust", str(desk.trust))
    opened = run("-c", POISONED, *desk.opening(batch), "--processes", "2")

    assert (verified.returncode, verified.stderr.count("socket")) == (0, 0)
    assert (opened.returncode, opened.stderr.count("socket")) == (0, 0)
    assert (desk.out / "DE.xml").exists()


def test_keygen_works_where_no_socket_can_be_opened(tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    request.write_text(json.dumps(REQUEST))

    made = run(
        "-c",
        POISONED,
        "keygen",
        "--rehearsal",
        "--request",
        str(request),
        "--threshold",
        "2",
        "--shares",
        "3",
        "--out",
        str(tmp_path / "keys"),
    )

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "keys" / "trust.json").exists()
