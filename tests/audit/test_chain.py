"""Whoever removes, changes or adds an entry of the audit log is found, and the entry is named."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signer.audit.entry import START, BrokenChain, ChainedEntry, Entry, EntryKind, follow_chain
from signer.audit.exported import export_lines, read_exported
from tests.cases import every_case


def chain(count: int, *, actor: str = "command:ada") -> list[ChainedEntry]:
    """An unbroken chain of entries."""
    made: list[ChainedEntry] = []
    for number in range(1, count + 1):
        entry = Entry(number, "2027-05-01T09:30:00Z", EntryKind.RECONCILED, actor, "2027/000042", {"count": number})
        made.append(ChainedEntry(entry, entry.hash_after(made[-1].hash if made else START)))
    return made


WHOLE = chain(6)
LAST = WHOLE[-1].hash


def test_an_untouched_chain_is_whole() -> None:
    follow_chain(WHOLE, size=6, last=LAST, known={3: WHOLE[2].hash})


@given(st.integers(0, 5), st.sampled_from(["at", "kind", "actor", "initiative", "details"]))
def test_a_changed_entry_is_named(place: int, column: str) -> None:
    changed = list(WHOLE)
    value = {"count": 99} if column == "details" else "else"
    changed[place] = replace(changed[place], entry=replace(changed[place].entry, **{column: value}))  # type: ignore[arg-type]

    with pytest.raises(BrokenChain, match=f"entry {place + 1} of the audit log was changed"):
        follow_chain(changed, size=6, last=LAST, known={})


@given(st.integers(0, 4))
def test_a_removed_entry_is_named(place: int) -> None:
    with pytest.raises(BrokenChain, match=f"entry {place + 1} of the audit log is missing; entry {place + 2} stands"):
        follow_chain(WHOLE[:place] + WHOLE[place + 1 :], size=6, last=LAST, known={})


def test_entries_removed_from_the_end_are_named() -> None:
    with pytest.raises(BrokenChain, match="entries 5 to 6 of the audit log are missing from its end"):
        follow_chain(WHOLE[:4], size=6, last=LAST, known={})


def test_an_added_entry_is_named() -> None:
    with pytest.raises(BrokenChain, match="entry 6 of the audit log was added; its signed head counts 5"):
        follow_chain(WHOLE, size=5, last=WHOLE[4].hash, known={})


def test_two_entries_that_changed_places_are_found() -> None:
    swapped = [*WHOLE[:2], WHOLE[3], WHOLE[2], *WHOLE[4:]]

    with pytest.raises(BrokenChain, match="entry 3 of the audit log is missing; entry 4 stands there"):
        follow_chain(swapped, size=6, last=LAST, known={})


def test_a_chain_written_anew_does_not_fit_the_signed_head() -> None:
    with pytest.raises(BrokenChain, match="written anew"):
        follow_chain(chain(6, actor="command:eve"), size=6, last=LAST, known={})


def test_a_chain_written_and_signed_anew_does_not_fit_a_head_that_was_kept() -> None:
    """Whoever has the database and the audit key can sign a new head, but cannot take back one that is elsewhere."""
    forged = chain(6, actor="command:eve")

    with pytest.raises(BrokenChain, match="entry 4 of the audit log, or one before it"):
        follow_chain(forged, size=6, last=forged[-1].hash, known={4: WHOLE[3].hash})
    with pytest.raises(BrokenChain, match="kept head counts 6"):
        follow_chain(forged[:5], size=5, last=forged[4].hash, known={6: LAST})


def test_an_export_reads_back_as_it_was() -> None:
    entries, head = read_exported(export_lines(WHOLE, "a note"))

    assert entries == WHOLE
    assert head == "a note"


@given(st.binary(max_size=40), st.integers(0, 6))
def test_a_foreign_line_in_an_export_is_refused(line: bytes, place: int) -> None:
    lines = list(export_lines(WHOLE, "a note"))

    with pytest.raises(BrokenChain, match=f"line {place + 1} "):
        read_exported([*lines[:place], b"x" + line, *lines[place:]])


@every_case(
    ("old", "new"),
    [(b'"number":2', b'"number":"2"'), (b'"actor":', b'"person":'), (b'"hash":"', b'"hash":"zz'), (b"{", b"[{")],
)
def test_an_entry_of_another_shape_is_refused(old: bytes, new: bytes) -> None:
    lines = list(export_lines(WHOLE, "a note"))
    lines[1] = lines[1].replace(old, new, 1)

    with pytest.raises(BrokenChain, match="line 2 "):
        read_exported(lines)
