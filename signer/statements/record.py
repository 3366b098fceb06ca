"""Recording one submitted statement of support: the way from the citizen's form to the disk."""

from collections.abc import Mapping
from datetime import date

from signer.initiatives.collection import Collection
from signer.scheme.statement import read_statement
from signer.sealing.canonical import encode_plaintext
from signer.sealing.code import Code
from signer.sealing.commitment import leaf_commitment
from signer.sealing.envelope import seal
from signer.statements.store import SealedStatement, Store


def record(
    store: Store,
    collection: Collection,
    fields: Mapping[str, str],
    *,
    code: Code,
    check_id: bytes,
    on: date,
    confirmed: frozenset[str],
) -> None:
    """Record one submitted statement of support; returns once it is durable.

    A second one by the same person is a row of its own: the service cannot tell, so nobody can ask it.
    The same code again stores nothing and is no error: the citizen pressed twice.
    check_id: names the human check that was passed, 16 bytes; it lets one statement in.
    Raises NotCollecting, Refused, AlreadyErased, CollectionFinalised, CheckSpent or StoreUnavailable, and stores
    nothing then.
    """
    collection.require_open(on)
    statement = read_statement(fields, collection.form, on=on, confirmed=confirmed)
    context = collection.context(code.statement_id, on)
    plaintext = encode_plaintext(statement.fields, blind=code.blind, confirmed=statement.confirmed)
    envelope = seal(plaintext, collection.recipient, context)
    store.write(
        SealedStatement(
            statement_id=code.statement_id,
            check_id=check_id,
            initiative_id=collection.initiative.id,
            member_state=context.member_state,
            submitted_on=on,
            key_id=collection.recipient.key_id,
            sealed=collection.storage_key.wrap(envelope, code.statement_id),
            commitment=leaf_commitment(envelope, context, code.blind),
        )
    )
