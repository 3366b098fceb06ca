"""A manifest is read in its one form, or refused with the entry's name."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.batches.manifest import MARKINGS, InitiativeData, MalformedManifest, Manifest
from signer.sealing.canonical import canonical_json
from tests.cases import every_case

INITIATIVE = InitiativeData(
    registration_number="2027/000042",
    scheme="eu",
    title="A quiet sky",
    objectives="We ask for a quiet sky.",
    collection_start="2027-02-01",
    collection_end="2028-01-31",
    register_url="https://register.example/2027/000042",
    website="",
    contact_persons="Ottoline Invented",
)
MANIFEST = Manifest(
    initiative=INITIATIVE,
    member_state="DE",
    number=1,
    final=True,
    count=2,
    until="2028-01-31",
    first_day="2027-05-01",
    last_day="2027-05-02",
    key_fingerprint="ab" * 32,
    payload_sha256="cd" * 32,
    payload_bytes=4000,
    checkpoint="a note\n",
)


def test_what_is_written_is_read() -> None:
    assert Manifest.decode(MANIFEST.encode()) == MANIFEST


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_any_text_of_the_organisers_survives(text: str, final: bool) -> None:
    """Line breaks and combining marks among them; the text comes back in NFC."""
    manifest = replace(MANIFEST, initiative=replace(INITIATIVE, title=text, objectives=f"{text}\n\u0303"), final=final)

    read = Manifest.decode(manifest.encode())

    assert read.encode() == manifest.encode()
    assert read.final is final


def test_a_manifest_is_marked_as_the_law_asks() -> None:
    assert json.loads(MANIFEST.encode())["markings"] == list(MARKINGS)


@every_case(
    ("name", "other"),
    [
        ("format", "signer batch 2"),
        ("member_state", "de"),
        ("member_state", ""),
        ("member_state", "D\n"),
        ("member_state", None),
        ("number", 0),
        ("number", True),
        ("number", 1.0),
        ("number", "1"),
        ("final", 1),
        ("final", None),
        ("count", 0),
        ("count", -1),
        ("payload_bytes", 0),
        ("until", "2028-1-31"),
        ("until", "2028-02-30"),
        ("until", "2027-05-01"),
        ("first_day", "2027-05-03"),
        ("last_day", "2028-02-01"),
        ("last_day", "٢٠٢٧-٠٥-٠٢"),
        ("key_fingerprint", "AB" * 32),
        ("key_fingerprint", "ab" * 16),
        ("payload_sha256", "cd" * 32 + "\n"),
        ("checkpoint", None),
        ("markings", []),
        ("markings", "personal data"),
        ("markings", [*MARKINGS, "more"]),
        ("initiative", {}),
        ("initiative", None),
        ("initiative", []),
    ],
)
def test_an_entry_that_cannot_be_is_refused(name: str, other: object) -> None:
    value = json.loads(MANIFEST.encode()) | {name: other}

    with pytest.raises(MalformedManifest):
        Manifest.decode(canonical_json(value) + b"\n")


@every_case("name", ["collection_start", "collection_end"])
@every_case("other", ["", "2027-13-01", "20270201", None])
def test_a_period_that_is_none_is_refused(name: str, other: object) -> None:
    value = json.loads(MANIFEST.encode())
    value["initiative"][name] = other

    with pytest.raises(MalformedManifest):
        Manifest.decode(canonical_json(value) + b"\n")


@every_case(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content + b"\n",
        lambda content: b" " + content,
        lambda content: content.replace(b":", b": ", 1),
        lambda content: content.replace(b'"count":2', b'"count":2,"count":2'),
        lambda content: content.replace(b'"count":2,', b""),
        lambda content: content.replace(b'"count":2', b'"count":2,"counts":2'),
        lambda content: content.replace(b'"count":2', b'"count":2e0'),
        lambda content: content.replace(b'"count":2', b'"count":' + b"9" * 5000),
        lambda content: content.replace(b'"count":2', b'"count":NaN'),
        lambda content: content.replace(b"A quiet sky", b"\\u0041 quiet sky", 1),
        lambda content: content.replace(b"A quiet sky", b"\\ud800", 1),
        lambda content: content.replace(b"A quiet sky", b"\xff", 1),
        lambda content: content.replace(b"A quiet sky", "e\u0301".encode(), 1),
        lambda content: b"[" * 100_000,
        lambda content: b"null",
    ],
)
def test_every_other_form_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    """Two forms of one manifest would be two signatures for one batch."""
    with pytest.raises(MalformedManifest):
        Manifest.decode(spoil(MANIFEST.encode()))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(MalformedManifest):
        Manifest.decode(content)
