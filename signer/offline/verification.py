"""Everything about batch files that can be checked without the opening key.

The trust file says what to expect; a batch vouches for nothing by itself. All of this is read before anything is
opened, in flat memory.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import attrgetter
from pathlib import Path

from signer.batches.batch_file import Batch, Record, open_batch
from signer.batches.manifest import Manifest
from signer.errors import SignerError
from signer.ledger.checkpoint import read_checkpoint
from signer.offline.refusal import SUPERFLUOUS, NotVerified, Refusal
from signer.progress import progress
from signer.scheme.form import Scheme
from signer.sealing.envelope import KEY_ID_BYTES, MalformedEnvelope, key_id_of
from signer.sealing.trust import Trust


@contextmanager
def verified(paths: Iterable[Path], trust: Trust, scheme: Scheme, *, quiet: bool) -> Iterator[tuple[Batch, ...]]:
    """Yield the open batches, by Member State in the scheme's order, then by number, once everything fits.

    Raises NotVerified with one line for each thing that does not. What passed is checked to the last byte; a batch
    that is read again afterwards is checked again by `Batch.records`.
    """
    refused: list[str] = []
    with ExitStack() as stack:
        batches = []
        for path in paths:
            try:
                batch = stack.enter_context(open_batch(path, trust.manifest_key))
                _require_fitting(batch.manifest, trust, scheme)
                batches.append(batch)
            except (SignerError, OSError) as error:
                refused.append(f"{path}: {error}")
        for batch in batches:
            try:
                batch.require_exact(_Watch(batch, trust, quiet=quiet).records)
            except (SignerError, OSError) as error:
                refused.append(f"{batch.path}: {error}")
        if refused:
            raise NotVerified(refused)
        order = list(scheme.forms)
        batches.sort(key=lambda batch: (order.index(batch.manifest.member_state), batch.manifest.number))
        _require_disjoint(batches)
        yield tuple(batches)


def _require_fitting(manifest: Manifest, trust: Trust, scheme: Scheme) -> None:
    found_expected = {
        "registration number": (manifest.initiative.registration_number, trust.registration_number),
        "scheme": (manifest.initiative.scheme, trust.scheme),
        "key fingerprint": (manifest.key_fingerprint, trust.key_fingerprint.hex()),
    }
    for name, (found, expected) in found_expected.items():
        if found != expected:
            raise Refusal(f"the {name} of the batch is {found}, the trust file says {expected}")
    if manifest.member_state not in scheme.forms:
        raise Refusal(f"{manifest.member_state} is not a Member State of the scheme {scheme.name}")
    initiative = manifest.initiative
    if not initiative.collection_start <= manifest.first_day <= manifest.last_day <= initiative.collection_end:
        raise Refusal(
            f"its statements are from {manifest.first_day} to {manifest.last_day}, collection was from "
            f"{initiative.collection_start} to {initiative.collection_end}"
        )
    checkpoint = read_checkpoint(manifest.checkpoint, origin=trust.log_origin, key=trust.log_key)
    # Until its final batch, the log may lag behind.
    if manifest.final and checkpoint.size < manifest.count:
        raise Refusal(f"the batch has {manifest.count} statements, the log had {checkpoint.size} leaves")


@dataclass
class _Watch:
    """Looks at each record of one batch as it passes."""

    batch: Batch
    trust: Trust
    quiet: bool

    def records(self, records: Iterable[Record]) -> Iterator[Record]:
        manifest = self.batch.manifest
        key_id = self.trust.key_fingerprint[:KEY_ID_BYTES]
        first, last = manifest.last_day, manifest.first_day
        label = f"verifying {manifest.member_state} {manifest.number}"
        for record in progress(records, total=manifest.count, label=label, quiet=self.quiet):
            name = record.statement_id.hex()
            if _key_id_in(record) != key_id:
                raise Refusal(f"statement {name} is sealed to another key than the one the trust file names")
            day = record.on.isoformat()
            if not manifest.first_day <= day <= manifest.last_day:
                raise Refusal(f"statement {name} is from {day}, outside the days that the manifest names")
            first, last = min(first, day), max(last, day)
            yield record
        if (first, last) != (manifest.first_day, manifest.last_day):
            raise Refusal(f"its statements are from {first} to {last}, the manifest says otherwise")


def _key_id_in(record: Record) -> bytes:
    try:
        return key_id_of(record.envelope)
    except MalformedEnvelope as error:
        raise Refusal(f"statement {record.statement_id.hex()}: {error}") from None


def _require_disjoint(batches: list[Batch]) -> None:
    for member_state, group in groupby(batches, key=lambda batch: batch.manifest.member_state):
        together = list(group)
        numbers = Counter(batch.manifest.number for batch in together)
        twice = [str(number) for number, count in numbers.items() if count > 1]
        if twice:
            lines = [f"batch {number} of {member_state} was given twice" for number in twice]
            raise NotVerified(lines, SUPERFLUOUS)
        if len(together) > 1 and any(batch.manifest.final for batch in together):
            line = f"the final batch of {member_state} holds every statement; give it without the others"
            raise NotVerified([line], SUPERFLUOUS)
        if len(together) > 1:
            _require_distinct(member_state, together)


def _require_distinct(member_state: str, batches: list[Batch]) -> None:
    # Each batch is sorted by id, so merged ones show a repeated id side by side.
    records = heapq.merge(*(batch.records() for batch in batches), key=attrgetter("statement_id"))
    for former, latter in pairwise(records):
        if former.statement_id == latter.statement_id:
            raise NotVerified([f"statement {latter.statement_id.hex()} is in two batches of {member_state}"])
