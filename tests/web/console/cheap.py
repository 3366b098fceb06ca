"""Log-ons that cost little: passwords are hashed and keys sealed as always, with less of what makes guessing dear."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from passlib.hash import argon2
from passlib.totp import AppWallet


@contextmanager
def cheap_log_ons() -> Iterator[None]:
    """Let hashing and sealing take next to no time until the block ends."""
    with pytest.MonkeyPatch.context() as cheaper:
        cheaper.setattr(argon2, "memory_cost", 64)
        cheaper.setattr(argon2, "default_rounds", 1)
        cheaper.setattr(AppWallet, "encrypt_cost", 1)
        yield
