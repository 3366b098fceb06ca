"""The sequencer places each leaf once, sorted by hash within a stretch, and signs what it placed."""

import secrets

from sqlalchemy import insert, select

from signer.database import reading, writing
from signer.initiatives.keys import log_key
from signer.ledger.checkpoint import Checkpoint, read_checkpoint
from signer.ledger.log import latest_note, sequence
from signer.ledger.merkle import Frontier
from signer.ledger.tables import leaf
from tests.conftest import Instance


def add_leaves(instance: Instance, count: int) -> list[bytes]:
    """Write pending leaves as signing does, and return them as a stretch must be placed."""
    hashes = [secrets.token_bytes(32) for _ in range(count)]
    if hashes:
        with writing(instance.engine) as connection:
            connection.execute(insert(leaf), [{"commitment": value} for value in hashes])
    return sorted(hashes)


def sequence_now(instance: Instance) -> Checkpoint:
    """Sequence with the instance's own key and origin."""
    return sequence(instance.engine, origin=instance.settings.log_origin, key=log_key(instance.settings))


def test_each_stretch_is_placed_behind_the_one_before_sorted_by_hash(instance: Instance) -> None:
    placed: list[bytes] = []
    for count in (3, 1, 0, 10):
        placed += add_leaves(instance, count)
        checkpoint = sequence_now(instance)
        assert (checkpoint.size, checkpoint.root) == (len(placed), Frontier().extended(placed).root)

    with reading(instance.engine) as connection:
        kept = connection.execute(select(leaf).order_by(leaf.c.place)).all()
    assert [row.commitment for row in kept] == placed
    assert [row.place for row in kept] == list(range(len(placed)))


def test_the_latest_checkpoint_is_signed_by_the_log(instance: Instance) -> None:
    add_leaves(instance, 5)
    made = sequence_now(instance)

    with reading(instance.engine) as connection:
        note = latest_note(connection)

    settings = instance.settings
    assert note is not None
    assert read_checkpoint(note, origin=settings.log_origin, key=log_key(settings).verifying_key) == made


def test_an_empty_log_has_a_checkpoint_too(instance: Instance) -> None:
    assert sequence_now(instance).size == 0
