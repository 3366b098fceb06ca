"""A free port for a server that a rehearsal, a measurement or a test starts."""

import itertools
import os
import socket

from signer.errors import SignerError

PORTS = range(20_000, 32_000)
"""Below the ports that systems give to outgoing connections (32768 and up on Linux, 49152 and up by RFC 6335): one of
those could take the port before the server has it."""
APART = 100
"""Processes that look for ports at the same time begin so many apart."""

_numbers = itertools.count(os.getpid() * APART)


class NoFreePort(SignerError):
    """Something listens on every port that would do."""


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens, another one at each call. Raises NoFreePort."""
    for number in itertools.islice(_numbers, len(PORTS)):
        port = PORTS[number % len(PORTS)]
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise NoFreePort(f"something listens on every port from {PORTS[0]} to {PORTS[-1]}; end what is not needed")
