"""Prepared statements of support: a new invented person each time, with a token of the instance's own key.

Preparing them outside the measured time keeps the generator's cost equal on both sides. The challenge that each carries
is a real one, signed and solved, but of the least work: reading a solution costs the server the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from secrets import token_bytes
from urllib.parse import urlencode

from bench.load import Request, post
from signer.human_check.challenges import Challenges
from signer.human_check.check import HUMAN_CHECK_KEY
from signer.human_check.check_token import Admission, CheckTokens, Shown
from signer.human_check.solve import solve
from signer.initiatives.keys import FORM_TOKEN_KEY
from signer.rehearsal.invented import InventedPerson, Inventor
from signer.scheme.load import load_scheme
from signer.scheme.statement import read_statement
from signer.sealing.code import Code
from signer.settings import Settings

NUMBER = "2021/000001"
SEED = 2027
DECLARED = {"declare_correct": "yes", "declare_privacy": "yes"}
_addresses = count()


@dataclass(frozen=True)
class Citizen:
    """An invented person of one Member State, as the form's inputs send them."""

    person: InventedPerson
    inputs: dict[str, str]

    @property
    def form(self) -> str:
        """The address of the form of the person's Member State."""
        return f"/en/initiatives/{NUMBER}/support/{self.person.form.member_state}"


def citizens(on: date) -> Iterator[Citizen]:
    """Yield ever new persons, all Member States in turns."""
    scheme = load_scheme("eu")
    inventors = [Inventor(scheme, code, on=on, seed=SEED) for code in scheme.forms]
    for turn in count():
        for inventor in inventors:
            person = inventor.person(turn)
            yield Citizen(person, _inputs(person))


def check_request(citizen: Citizen, settings: Settings) -> Request:
    """Return the request of the details page's button: rules and human check."""
    challenge = Challenges(settings.secret(HUMAN_CHECK_KEY)).issue(1)
    body = citizen.inputs | {"human_check": solve(challenge)}
    return post(f"{citizen.form}/check", urlencode(body).encode(), b'name="token"', address=_address())


def sign_request(citizen: Citizen, settings: Settings, on: date) -> Request:
    """Return the request of the check page's button: limit, token, rules, seal, wrap, leaf, commit."""
    person, code = citizen.person, Code.new()
    statement = read_statement(person.fields, person.form, on=on, confirmed=person.confirmed)
    tokens = CheckTokens(settings.secret(FORM_TOKEN_KEY))
    token = tokens.issue(Admission(code, token_bytes(16)), Shown(NUMBER, statement))
    body = urlencode(citizen.inputs | DECLARED | {"token": token}).encode()
    return post(f"{citizen.form}/sign", body, code.text.encode(), address=_address())


def _inputs(person: InventedPerson) -> dict[str, str]:
    inputs = dict(person.fields)
    born = inputs.pop("date_of_birth", "")
    if born:
        parts = zip(("year", "month", "day"), born.split("-"), strict=True)
        inputs |= {f"date_of_birth-{name}": value for name, value in parts}
    return inputs | {f"confirm-{name}": "yes" for name in person.confirmed}


def _address() -> str:
    return f"2001:db8:{next(_addresses):x}::1"
