"""Signing request: what one citizen sent about one initiative, on its way through details, check and sign.

The three steps read it in one way, and hand it on whole: nothing that was typed is lost between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from signer.initiatives.collection import Collection
from signer.scheme.check import check
from signer.scheme.problem import Problem
from signer.scheme.statement import Statement, read_statement
from signer.web.public.current import open_collection
from signer.web.public.partner_link import partner_input
from signer.web.public.typed_form import TypedForm
from signer.web.requests import read_form
from signer.web.site import site

SOLUTION, WAITING = "human_check", "waiting"
"""Inputs of the human check: the solution of a challenge, or the token of a wait."""


@dataclass(frozen=True)
class SigningRequest:
    """collection: the one that the address names, which takes statements today. on: today. typed: the form as sent."""

    collection: Collection
    on: date
    typed: TypedForm

    @property
    def inputs(self) -> Mapping[str, str]:
        """Names of inputs to texts, all that were sent."""
        return self.typed.inputs

    @property
    def partner(self) -> Mapping[str, str]:
        """The input with the slug of a partner's link; nothing if none led here."""
        return partner_input(self.collection.initiative, self.inputs)

    @property
    def carried(self) -> Mapping[str, str]:
        """What travels on besides what was typed: what came of the human check, a partner's slug."""
        return {name: self.inputs[name] for name in (SOLUTION, WAITING) if self.inputs.get(name)} | dict(self.partner)

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong or doubtful, in form order."""
        return check(self.typed.fields, self.collection.form, on=self.on, confirmed=self.typed.confirmed)

    def checked(self) -> "CheckedRequest":
        """Return the request with its statement. Raises Refused if something has to be mended or confirmed."""
        statement = read_statement(self.typed.fields, self.collection.form, on=self.on, confirmed=self.typed.confirmed)
        return CheckedRequest(self.collection, self.on, self.typed, statement)


@dataclass(frozen=True)
class CheckedRequest(SigningRequest):
    """A request whose values make a statement."""

    statement: Statement

    @property
    def kept(self) -> Mapping[str, str]:
        """The values as they will be recorded, as inputs of a form that sends them again."""
        return TypedForm.of(self.collection.form, self.statement).inputs


def read_signing_request(number: str, member_state: str) -> SigningRequest:
    """Return what was posted to the address. Raises as `open_collection` and `read_form` do."""
    on = site().service.today()
    collection = open_collection(number, member_state, on=on)
    return SigningRequest(collection, on, TypedForm(collection.form, read_form()))
