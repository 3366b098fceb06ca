"""Addresses of the console to which the people of several tests go."""

import re

from werkzeug.routing import Rule

from tests.conftest import NUMBER

HOME, LOG_ON, INVITATION = "/console/", "/console/log-on", "/console/invitation"
CODE, RECOVERY, PASSKEY = "/console/log-on/code", "/console/log-on/recovery-code", "/console/log-on/passkey"
CHOICE, AGAIN = "/console/log-on/second-factor", "/console/password-again"
ACCOUNT, APP, PASSKEYS = "/console/account", "/console/account/authenticator", "/console/account/passkeys"
CODES, PASSWORD_PAGE = "/console/account/recovery-codes", "/console/account/password"
PEOPLE, BATCHES, AUDIT = f"/console/people/{NUMBER}/", f"/console/batches/{NUMBER}/", f"/console/audit/{NUMBER}/"
VALUES = {
    "number": NUMBER,
    "token": "none",
    "member_state": "DE",
    "batch_number": "1",
    "step": "receive",
    "name": "days.csv",
    "event_id": "1",
    "entry_id": "1",
    "language": "en",
    "wanted": "close",
}
"""What stands in the changing parts of an address; a part that is added has to be added here."""


def address(rule: Rule) -> str:
    """An address of the rule, about this initiative."""
    return "/console" + re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: VALUES[found[1]], rule.rule)
