"""The tree of the log is the one of RFC 9162, however it was grown."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.ledger.merkle import EMPTY_ROOT, Frontier, MalformedFrontier, node_hash
from tests.cases import every_case

# The reference tree of Certificate Transparency (google/certificate-transparency, merkle tree tests): eight leaves, and
# the root after each.
LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
hashes = st.lists(st.binary(min_size=32, max_size=32), max_size=40)


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 9162 section 2.1.1."""
    return hashlib.sha256(b"\0" + leaf).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 9162 section 2.1.1, word by word: split at the largest power of two below the number of leaves."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def test_the_reference_tree_has_the_published_roots() -> None:
    frontier = Frontier()
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        frontier = frontier.extended([leaf_hash(bytes.fromhex(leaf))])
        assert frontier.root.hex() == root


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert Frontier().root == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(hashes)
def test_every_tree_has_the_root_of_the_definition(leaves: list[bytes]) -> None:
    assert Frontier().extended(leaves).root == root_of(leaves)


@given(hashes, hashes)
def test_it_does_not_matter_in_how_many_steps_a_tree_grew(former: list[bytes], latter: list[bytes]) -> None:
    assert Frontier().extended(former).extended(latter) == Frontier().extended([*former, *latter])


@given(hashes)
def test_a_stored_tree_is_read_again(leaves: list[bytes]) -> None:
    frontier = Frontier().extended(leaves)

    assert Frontier.decode(frontier.size, frontier.encode()) == frontier


@given(hashes, st.integers(0, 39), st.binary(min_size=32, max_size=32))
def test_a_changed_leaf_changes_the_root(leaves: list[bytes], place: int, other: bytes) -> None:
    if place >= len(leaves) or leaves[place] == other:
        return
    changed = [*leaves[:place], other, *leaves[place + 1 :]]

    assert Frontier().extended(changed).root != Frontier().extended(leaves).root


@every_case(("size", "encoded"), [(1, b""), (0, bytes(32)), (3, bytes(32)), (2, bytes(64)), (1, bytes(31)), (-1, b"")])
def test_a_stored_tree_that_does_not_fit_its_size_is_refused(size: int, encoded: bytes) -> None:
    with pytest.raises(MalformedFrontier):
        Frontier.decode(size, encoded)


def test_a_node_is_no_leaf() -> None:
    """Without the prefix a node could be shown as a leaf."""
    assert node_hash(bytes(32), bytes(32)) != leaf_hash(bytes(64))
