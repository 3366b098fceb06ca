"""A console that the tests of one module share, with limits that no number of log-ons of theirs reaches."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from passlib.hash import argon2
from passlib.totp import AppWallet

from signer.accounts.roles import HeldRole, Role
from signer.web import limits as every_post
from signer.web.app import create_app
from signer.web.console import limits
from signer.web.console.totp import OneTimeCodes
from signer.web.service import Service, open_service
from tests.conftest import NUMBER, make_instance
from tests.web.console.people import Human

OWNER = HeldRole(Role.OWNER, NUMBER)
PLENTY = "1000000 per minute"


@contextmanager
def standing(folder: Path) -> Iterator[tuple[Flask, Service]]:
    """Give the application and its service over an instance in `folder`.

    Passwords are hashed and keys sealed as always, with less of what makes guessing them dear; nobody draws QR codes.
    """
    made = make_instance(f"sqlite:///{folder / 'signer.sqlite3'}", folder)
    service = open_service(made.settings)
    with pytest.MonkeyPatch.context() as cheaper:
        cheaper.setattr(argon2, "memory_cost", 64)
        cheaper.setattr(argon2, "default_rounds", 1)
        cheaper.setattr(AppWallet, "encrypt_cost", 1)
        cheaper.setattr(OneTimeCodes, "generate_qrcode", lambda *_: "")
        with pytest.MonkeyPatch.context() as generous:
            generous.setattr(every_post, "POSTS", PLENTY)
            generous.setattr(limits, "ADDRESS_TRIES", PLENTY)
            generous.setattr(limits, "ACCOUNT_TRIES", (PLENTY,))
            app = create_app(made.settings, service)
        yield app, service
    service.close()
    made.store.close()
    made.engine.dispose()


def another_browser(human: Human) -> Human:
    """Return the same person at another browser, not logged on there."""
    return Human(human.app, human.email, human.password, human.key)
