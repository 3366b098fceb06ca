"""The audit log as a file: JSON lines, one for each entry with its hash, the signed head last."""

import json
from collections.abc import Iterable, Iterator

from signer.audit.entry import HASH_BYTES, BrokenChain, ChainedEntry, Entry
from signer.sealing.canonical import canonical_json

COLUMNS = {"number": int, "at": str, "kind": str, "actor": str, "initiative": str, "details": dict, "hash": str}


def export_lines(entries: Iterable[ChainedEntry], head: str) -> Iterator[bytes]:
    """Yield the lines of the file."""
    for kept in entries:
        yield canonical_json({**kept.entry.to_json(), "hash": kept.hash.hex()}) + b"\n"
    yield canonical_json({"head": head}) + b"\n"


def read_exported(lines: Iterable[bytes]) -> tuple[list[ChainedEntry], str]:
    """Return the entries and the signed head of an exported file. Raises BrokenChain with the line that cannot be."""
    entries: list[ChainedEntry] = []
    head = ""
    for number, line in enumerate(lines, 1):
        if head:
            raise BrokenChain(f"line {number} stands behind the signed head, which is the last line of an export")
        value = _parse(line, number)
        if set(value) == {"head"} and isinstance(value["head"], str):
            head = value["head"]
        else:
            entries.append(_entry(value, number))
    return entries, head


def _parse(line: bytes, number: int) -> dict[str, object]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BrokenChain(f"line {number} is no line of an exported audit log")
    return value


def _entry(value: dict[str, object], number: int) -> ChainedEntry:
    fits = value.keys() == COLUMNS.keys() and all(type(value[name]) is kind for name, kind in COLUMNS.items())
    try:
        hash_ = bytes.fromhex(str(value.get("hash")))
    except ValueError:
        hash_ = b""
    if not fits or len(hash_) != HASH_BYTES:
        raise BrokenChain(f"line {number} is no entry of an audit log: a column is missing, unknown or of another kind")
    return ChainedEntry(Entry(**{name: value[name] for name in COLUMNS if name != "hash"}), hash_)  # type: ignore[arg-type]
