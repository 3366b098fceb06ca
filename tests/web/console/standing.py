"""A console that the tests of one module share, with limits that no number of log-ons of theirs reaches."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from signer.accounts.roles import HeldRole, Role
from signer.service.service import Service, open_service
from signer.web import limits as every_post
from signer.web.app import create_app
from signer.web.console import limits
from signer.web.console.totp import OneTimeCodes
from tests.conftest import NUMBER, in_file, opened_instance
from tests.web.console.cheap import cheap_log_ons
from tests.web.console.people import Human, invited, new_email

OWNER = HeldRole(Role.OWNER, NUMBER)
PLENTY = "1000000 per minute"


@contextmanager
def standing(folder: Path) -> Iterator[tuple[Flask, Service]]:
    """Give the application and its service over an instance in `folder`.

    Log-ons cost little, and nobody draws QR codes.
    """
    with opened_instance(in_file(folder), folder) as made, cheap_log_ons(), pytest.MonkeyPatch.context() as cheaper:
        service = open_service(made.settings)
        cheaper.setattr(OneTimeCodes, "generate_qrcode", lambda *_: "")
        with pytest.MonkeyPatch.context() as generous:
            generous.setattr(every_post, "POSTS", PLENTY)
            generous.setattr(limits, "ADDRESS_TRIES", PLENTY)
            generous.setattr(limits, "ACCOUNT_TRIES", (PLENTY,))
            app = create_app(made.settings, service)
        yield app, service
        service.close()


def stranger(app: Flask, service: Service) -> Human:
    """Return a new owner, logged on."""
    human = invited(app, service, new_email(), OWNER)
    human.forget_codes(service)
    return human
