"""The head of the log grows over the leaves that were placed, and signs what it has grown over."""

import secrets

import pytest
from sqlalchemy import insert, update

from signer.database import reading, writing
from signer.initiatives.keys import log_key
from signer.ledger.checkpoint import Checkpoint, read_checkpoint
from signer.ledger.log import HeadMoved, MisplacedLeaf, grow_head, latest_note, next_place
from signer.ledger.merkle import Frontier
from signer.ledger.tables import leaf, log_head
from tests.conftest import Instance


def place(instance: Instance, count: int) -> list[bytes]:
    """Place leaves as settling does, and return them in order."""
    hashes = sorted(secrets.token_bytes(32) for _ in range(count))
    with writing(instance.engine) as connection:
        start = next_place(connection)
        here = {"initiative_id": instance.initiative.id}
        rows = [{"commitment": value, "place": start + number, **here} for number, value in enumerate(hashes)]
        if rows:
            connection.execute(insert(leaf), rows)
    return hashes


def grow(instance: Instance) -> Checkpoint:
    """Grow the head with the instance's own key and origin."""
    with writing(instance.engine) as connection:
        return grow_head(connection, origin=instance.settings.log_origin, key=log_key(instance.settings))


def test_each_group_is_placed_behind_the_one_before(instance: Instance) -> None:
    placed: list[bytes] = []
    for count in (3, 1, 0, 10):
        placed += place(instance, count)
        checkpoint = grow(instance)
        assert (checkpoint.size, checkpoint.root) == (len(placed), Frontier().extended(placed).root)


def test_the_latest_checkpoint_is_signed_by_the_log(instance: Instance) -> None:
    place(instance, 5)
    made = grow(instance)

    with reading(instance.engine) as connection:
        note = latest_note(connection)

    settings = instance.settings
    assert note is not None
    assert read_checkpoint(note, origin=settings.log_origin, key=log_key(settings).verifying_key) == made


def test_an_empty_log_has_a_checkpoint_too(instance: Instance) -> None:
    assert grow(instance).size == 0


def test_a_head_that_has_grown_meanwhile_is_not_written_over(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock of a session is not fenced on a failover: the condition on the old size is."""
    place(instance, 3)
    grow(instance)
    place(instance, 2)

    def grown_by_another(self: Checkpoint, _key: object) -> str:
        with_key = log_key(instance.settings)
        other.execute(update(log_head).values(size=4))
        return original(self, with_key)

    original = Checkpoint.sign
    with writing(instance.engine) as other:
        monkeypatch.setattr(Checkpoint, "sign", grown_by_another)
        with pytest.raises(HeadMoved, match="beyond 3 leaves"):
            grow_head(other, origin=instance.settings.log_origin, key=log_key(instance.settings))


def test_a_leaf_with_an_empty_place_before_it_is_not_grown_over(instance: Instance) -> None:
    place(instance, 3)
    grow(instance)
    with writing(instance.engine) as connection:
        connection.execute(insert(leaf).values(commitment=bytes(32), place=99))

    with pytest.raises(MisplacedLeaf, match="place 99 of the log, where 3 is the next"):
        grow(instance)
