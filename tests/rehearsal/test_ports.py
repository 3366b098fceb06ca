"""Servers that are started side by side each find a port of their own."""

import itertools
import socket

import pytest

from signer.rehearsal import ports
from signer.rehearsal.ports import PORTS, NoFreePort, free_port


def test_each_call_gives_another_port_that_can_be_listened_on() -> None:
    found = [free_port() for _ in range(20)]

    assert len(set(found)) == 20
    for port in found:
        assert port in PORTS
        socket.create_server(("127.0.0.1", port)).close()


def test_a_port_on_which_something_listens_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = free_port()
    monkeypatch.setattr(ports, "_numbers", itertools.count(PORTS.index(taken)))

    with socket.create_server(("127.0.0.1", taken)):
        assert free_port() > taken


def test_where_none_is_free_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as listening:
        monkeypatch.setattr(ports, "PORTS", [listening.getsockname()[1]])
        with pytest.raises(NoFreePort, match="end what is not needed"):
            free_port()
