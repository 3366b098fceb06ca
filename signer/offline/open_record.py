"""From one sealed record to one statement in clear, or to the refusal of the whole batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from signer.batches.batch_file import Record
from signer.offline.refusal import DOUBTFUL_BATCH, Refusal
from signer.scheme.form import FieldKind, Form
from signer.sealing.canonical import MalformedPlaintext, decode_plaintext
from signer.sealing.context import Context
from signer.sealing.opening import OpeningKey, open_envelope


@dataclass(frozen=True, slots=True)
class Opened:
    """One statement of support in clear; it lives in memory only, until it is written for the authority.

    statement_id: 16 bytes. on: day of submission.
    fields: name to value, exactly those that the form asks for. confirmed: fields whose warning was confirmed.
    """

    statement_id: bytes
    on: date
    fields: Mapping[str, str] = field(repr=False)
    confirmed: frozenset[str]


def open_record(record: Record, registration_number: str, form: Form, key: OpeningKey) -> Opened:
    """Return the statement of `record`. Raises CannotOpen, WrongOpeningKey or Refusal.

    The rules are not applied again: what was accepted on its day stays accepted. Only what could not be written for
    the authority at all is refused.
    """
    context = Context(registration_number, form.member_state, record.statement_id, record.on)
    try:
        plaintext = decode_plaintext(open_envelope(record.envelope, key, context))
    except MalformedPlaintext as error:
        raise Refusal(f"statement {record.statement_id.hex()}: {error}", DOUBTFUL_BATCH) from None
    misfit = _misfit(plaintext.fields, plaintext.confirmed, form)
    if misfit:
        raise Refusal(f"statement {record.statement_id.hex()}: {misfit}", DOUBTFUL_BATCH)
    return Opened(record.statement_id, record.on, plaintext.fields, plaintext.confirmed)


def _misfit(fields: Mapping[str, str], confirmed: frozenset[str], form: Form) -> str:
    if fields.keys() != form.fields.keys():
        return f"its fields are not those of the form of {form.member_state}"
    if not confirmed <= form.fields.keys():
        return f"a confirmation is for no field of the form of {form.member_state}"
    for name, asked in form.fields.items():
        if asked.kind is FieldKind.DOCUMENT_TYPE and fields[name] not in form.document_types:
            return f"its document type is none that {form.member_state} accepts"
        if asked.kind is FieldKind.DATE_OF_BIRTH and not _is_day(fields[name]):
            return "its date of birth is not a day in ISO form"
    return ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
