"""Checkpoints are C2SP signed notes; nothing that differs from what the log's key signed is read."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.ledger.checkpoint import Checkpoint, MalformedCheckpoint, read_checkpoint
from signer.sealing.signing import SigningKey
from tests.cases import every_case

ORIGIN = "signer.example/log"
KEY = SigningKey.from_seed(bytes(range(32)))
ROOT = hashlib.sha256(b"root").digest()
NOTE = Checkpoint(ORIGIN, 7, ROOT).sign(KEY)


def read(note: str) -> Checkpoint:
    return read_checkpoint(note, origin=ORIGIN, key=KEY.verifying_key)


def test_what_is_signed_is_read() -> None:
    assert read(NOTE) == Checkpoint(ORIGIN, 7, ROOT)


def test_the_signature_line_is_that_of_the_published_note() -> None:
    """Go's golang.org/x/mod/sumdb/note, of which C2SP signed-note is the description: its example key and signature."""
    seed = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    public = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = base64.b64decode(
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )
    key = SigningKey.from_seed(seed)

    ours = base64.b64decode(Checkpoint("PeterNeumann", 0, ROOT).sign(key).rpartition(" ")[2])

    assert key.verifying_key.encoded == public
    assert ours[:4] == line[:4] == bytes.fromhex("c74f20a3")
    assert key.sign(b"", text.encode()) == line[4:]


def test_lines_of_witnesses_are_passed_over() -> None:
    """Others may sign the same note; whom we trust is the log's key alone."""
    text, _, ours = NOTE.partition("\n\n")
    witness = "— witness.example " + base64.b64encode(bytes(68)).decode() + "\n"

    assert read(f"{text}\n\n{witness}{ours}") == read(f"{text}\n\n{ours}{witness}") == read(NOTE)


def signed(text: str) -> str:
    """A note that the log's key signed, whatever it says."""
    line = NOTE.rpartition(" ")[2]
    key_id = base64.b64decode(line)[:4]
    signature = KEY.sign(b"", text.encode())
    return f"{text}\n— {ORIGIN} {base64.b64encode(key_id + signature).decode()}\n"


ENCODED = base64.b64encode(ROOT).decode()


@every_case(
    "note",
    [
        "",
        NOTE[:-1],
        NOTE + "\n",
        NOTE.replace("\n7\n", "\n8\n"),
        NOTE.replace(ORIGIN, "other.example/log"),
        NOTE.replace(ORIGIN, "other.example/log", 1),
        NOTE.replace("— ", "- "),
        NOTE.partition("\n\n")[0] + "\n\n",
        Checkpoint(ORIGIN, 7, ROOT).sign(SigningKey.from_seed(bytes(32))),
        Checkpoint("other.example/log", 7, ROOT).sign(KEY),
        signed(f"{ORIGIN}\n07\n{ENCODED}\n"),
        signed(f"{ORIGIN}\n-7\n{ENCODED}\n"),
        signed(f"{ORIGIN}\n٧\n{ENCODED}\n"),
        signed(f"{ORIGIN}\n{10**30}\n{ENCODED}\n"),
        signed(f"{ORIGIN}\n7\n{base64.b64encode(bytes(31)).decode()}\n"),
        signed(f"{ORIGIN}\n7\n{base64.b64encode(bytes(33)).decode()}\n"),
        signed(f"{ORIGIN}\n7\n{ENCODED[:-2]}1=\n"),
        signed(f"{ORIGIN}\n7\n{'=' * 44}\n"),
        signed(f"{ORIGIN}\n7\n{'A' * 41}===\n"),
        signed(f"{ORIGIN}\n7\n{'A=' * 22}\n"),
        signed(f"{ORIGIN}\n7\n{ENCODED}\nmore\n"),
        signed(f"{ORIGIN}\n7\n"),
    ],
)
def test_anything_else_is_refused(note: str) -> None:
    """Also what the log's key signed, if it is no checkpoint in its one form."""
    with pytest.raises(MalformedCheckpoint):
        read(note)


def test_a_signature_is_written_in_one_way_only() -> None:
    """The last letter of its base64 has bits to spare."""
    others = [
        NOTE[:-3] + letter + "=\n" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    ]

    for note in set(others) - {NOTE}:
        with pytest.raises(MalformedCheckpoint):
            read(note)


@given(st.integers(0, len(NOTE) - 1), st.characters())
def test_no_character_of_a_checkpoint_can_be_changed(place: int, other: str) -> None:
    changed = NOTE[:place] + other + NOTE[place + 1 :]
    if changed == NOTE:
        return

    with pytest.raises(MalformedCheckpoint):
        read(changed)


@given(st.text(max_size=200))
def test_any_text_is_refused(note: str) -> None:
    with pytest.raises(MalformedCheckpoint):
        read(note)
