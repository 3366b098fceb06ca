"""The clear text of one statement, in one form only, padded so that its length tells nothing.

Two bytes of length, canonical JSON, zeros up to 768 bytes, or up to 6,144 for the rare long one (200 characters of
Greek or Cyrillic in each field still fit). The JSON is UTF-8 in NFC with sorted keys and no spaces, so the same
statement always gives the same bytes.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from signer.errors import SignerError

SIZES = (768, 6144)
BLIND_BYTES = 32
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class MalformedPlaintext(SignerError):
    """Opened bytes are not the canonical form of a statement; nothing of them is shown."""


class TooLong(SignerError):
    """The fields together are longer than the largest size; the scheme's limits make that impossible."""


@dataclass(frozen=True)
class Plaintext:
    """What was sealed.

    fields: name to value, as kept for the authority.
    blind: 32 bytes.
    confirmed: names of the fields whose warning the citizen confirmed.
    """

    fields: Mapping[str, str] = field(repr=False)
    blind: bytes = field(repr=False)
    confirmed: frozenset[str]


def canonical_json(value: object) -> bytes:
    """Return `value` as JSON with sorted keys, no spaces, UTF-8, each text in NFC."""
    # Each text by itself, before JSON: in the finished text an escape's letter and a mark behind it would join.
    return _ENCODER.encode(_normalised(value)).encode()


def encode_plaintext(fields: Mapping[str, str], *, blind: bytes, confirmed: frozenset[str]) -> bytes:
    """Return the padded clear text: 768 or 6,144 bytes. Raises TooLong."""
    body = canonical_json({"blind": blind.hex(), "confirmed": sorted(confirmed), "fields": dict(fields)})
    for size in SIZES:
        if len(body) + 2 <= size:
            return (len(body).to_bytes(2, "big") + body).ljust(size, b"\0")
    raise TooLong(f"a statement of {len(body)} bytes does not fit in {SIZES[-1]}")


def decode_plaintext(plaintext: bytes) -> Plaintext:
    """Return what `encode_plaintext` was given. Raises MalformedPlaintext for every other form of the same content."""
    length = int.from_bytes(plaintext[:2], "big")
    body = plaintext[2 : 2 + length]
    try:
        value = json.loads(body)
        fields, blind, confirmed = value["fields"], bytes.fromhex(value["blind"]), frozenset(value["confirmed"])
        # Written again, it must be the same: no second form, no bytes in the padding, no wrong types.
        same = encode_plaintext(fields, blind=blind, confirmed=confirmed) == plaintext
        strings = [*fields.keys(), *fields.values(), *confirmed]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, TooLong):
        raise MalformedPlaintext("the opened bytes are not a statement in canonical form") from None
    if not same or len(blind) != BLIND_BYTES or not all(isinstance(text, str) for text in strings):
        raise MalformedPlaintext("the opened bytes are not a statement in canonical form")
    return Plaintext(fields, blind, confirmed)


def _normalised(value: object) -> object:
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_normalised(name): _normalised(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_normalised(entry) for entry in value]
    return value
