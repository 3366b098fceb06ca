"""The audit log as a file: JSON lines, one for each entry with its hash, the signed head last."""

from collections.abc import Iterable, Iterator

from signer.audit.entry import HASH_BYTES, BrokenChain, ChainedEntry, Entry
from signer.entries import JsonEntries, read_json
from signer.sealing.canonical import canonical_json


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
        entry = read_json(line, what=f"line {number} is no entry of an audit log", refusal=BrokenChain)
        if "head" in entry.values:
            head = entry.text("head")
        else:
            entries.append(_read_entry(entry))
        entry.finish()
    return entries, head


def _read_entry(entry: JsonEntries) -> ChainedEntry:
    hash_ = entry.hex_bytes("hash", HASH_BYTES)
    return ChainedEntry(
        Entry(
            number=entry.number("number"),
            at=entry.text("at"),
            kind=entry.text("kind"),
            actor=entry.text("actor"),
            initiative=entry.text("initiative"),
            details=entry.take("details", dict, "an object"),
        ),
        hash_,
    )
