"""How often somebody may try to log on: for each address, and for each account whether it exists or not.

The longer tries at one account go on, the longer the wait: 5 in a minute, 20 in an hour, 60 in a day. Each worker
counts for itself unless `limits_url` names a common counter.
"""

import secrets

from flask import request, session
from flask_login import current_user
from limits import parse
from werkzeug.exceptions import TooManyRequests

from signer.accounts.address import WrongAddress, normal_address
from signer.accounts.keys import derived_key
from signer.sealing.keyed_digest import keyed_digest
from signer.settings import Settings
from signer.web.limits import Allowance, address_name

ADDRESS_TRIES = "10 per 5 minute"
ACCOUNT_TRIES = ("5 per minute", "20 per hour", "60 per day")
PASSWORD = frozenset({"security.login", "security.verify", "security.change_password"})
SECOND_FACTOR = frozenset(
    {"security.two_factor_token_validation", "security.mf_recovery", "security.wan_signin_response"}
)
INVITATION = frozenset({"accept_invitation"})


class LogOnLimits:
    """Counts tries, at each step of a log-on by itself."""

    def __init__(self, settings: Settings) -> None:
        """Raise WrongSettings or MissingSecret."""
        self._by_address = Allowance(parse(ADDRESS_TRIES), settings.limits_url)
        self._by_account = [(limit, Allowance(limit, settings.limits_url)) for limit in map(parse, ACCOUNT_TRIES)]
        self._address_key = secrets.token_bytes(32)
        self._account_key = derived_key(settings, "names of tries")

    def count(self) -> None:
        """Count the request if it is a try. Raises TooManyRequests."""
        step = _step()
        if request.method != "POST" or not step:
            return
        address = address_name(self._address_key, request.remote_addr or "")
        if not self._by_address.take(f"{step} from {address}"):
            raise TooManyRequests(retry_after=parse(ADDRESS_TRIES).get_expiry())
        if account := _account():
            name = keyed_digest(self._account_key, account.encode()).hex()
            # Each is counted, also after one has said no: a longer wait is the answer to going on.
            taken = [(limit, allowance.take(f"{step} at {name}")) for limit, allowance in self._by_account]
            if waits := [limit.get_expiry() for limit, within in taken if not within]:
                raise TooManyRequests(retry_after=max(waits))


def _step() -> str:
    steps = {"password": PASSWORD, "second factor": SECOND_FACTOR, "invitation": INVITATION}
    return next((step for step, endpoints in steps.items() if request.endpoint in endpoints), "")


def _account() -> str:
    """Return what names the account that is tried: whose second factor is asked for, or what was typed."""
    if current_user.is_authenticated:
        return str(current_user.email)
    if request.endpoint in SECOND_FACTOR:
        # Whatever else the form says: another address in it must not begin a count of its own.
        return str(session.get("tf_user_id", ""))
    typed = request.form.get("email", "")
    try:
        # As it will be looked up: one account is not tried more often under several spellings.
        return normal_address(typed)
    except WrongAddress:
        return typed.strip().casefold()
