"""Recording one submitted statement of support: the way from the citizen's form to the disk."""

from datetime import date

from signer.errors import SignerError
from signer.initiatives.collection import Collection
from signer.scheme.statement import Statement
from signer.sealing.canonical import encode_plaintext
from signer.sealing.code import Code
from signer.sealing.commitment import leaf_commitment
from signer.sealing.envelope import seal
from signer.statements.store import SealedStatement, Store


class OtherMemberState(SignerError):
    """A statement read by one Member State's form was brought to the collection of another."""


def record(
    store: Store, collection: Collection, statement: Statement, *, code: Code, check_id: bytes, on: date
) -> date:
    """Record one submitted statement of support; return the day under which it is stored, once it is durable.

    A second one by the same person is a row of its own: the service cannot tell, so nobody can ask it.
    The same code again stores nothing and is no error: the citizen pressed twice; the day is the first time's.
    statement: as `read_statement` gave it for this collection's form on the day `on`.
    check_id: names the human check that was passed, 16 bytes; it lets one statement in.
    Raises NotCollecting, OtherMemberState, AlreadyErased, BehindFence, CheckSpent or StoreUnavailable, and stores
    nothing then.
    """
    collection.require_open(on)
    if statement.member_state != collection.form.member_state:
        raise OtherMemberState(f"a statement of {statement.member_state} came to {collection.form.member_state}")
    context = collection.context(code.statement_id, on)
    plaintext = encode_plaintext(statement.fields, blind=code.blind, confirmed=statement.confirmed)
    envelope = seal(plaintext, collection.recipient, context)
    return store.write(
        SealedStatement(
            statement_id=code.statement_id,
            former_id=code.former_statement_id,
            check_id=check_id,
            initiative_id=collection.initiative.id,
            member_state=context.member_state,
            submitted_on=on,
            key_id=collection.recipient.key_id,
            sealed=collection.storage_key.wrap(envelope, code.statement_id),
            commitment=leaf_commitment(envelope, context, code.blind),
        )
    )
