"""`signer-offline open`: the holders open batches together and write the files for the authorities."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import click

from signer.batches.batch_file import Batch
from signer.offline.folder import private_file, whole_folder
from signer.offline.formats.xml import heading_of, write_xml
from signer.offline.formats.xml_check import require_as_written
from signer.offline.holders import read_opening_key
from signer.offline.open_record import Opened
from signer.offline.process import guard_process
from signer.offline.refusal import Refusal
from signer.offline.repeats import Repeats, repeats_in
from signer.offline.report import ReportWriter
from signer.offline.results import OpeningFigures, print_json, print_outcomes
from signer.offline.trust_file import read_trust
from signer.offline.verification import verified
from signer.offline.verify import FILE, describe
from signer.offline.workers import Job, Result, open_all
from signer.progress import progress
from signer.scheme.form import Form
from signer.sealing.opening import OpeningKey
from signer.sealing.trust import Trust

REPEATS_DATABASE = ".repeats"
PLAIN = (
    "--plain is needed: this release writes clear text only, in files that their owner alone can read. Encrypting each "
    "file to the certificate of its authority comes with a later release. Write to a disk that is encrypted or that "
    "you destroy, and let the files leave the machine by hand only."
)


@click.command("open")
@click.argument("batches", nargs=-1, required=True, type=FILE, metavar="BATCH...")
@click.option("--trust", "trust_path", required=True, type=FILE, help="The trust file, as a holder carried it.")
@click.option(
    "--format", type=click.Choice(["xml"]), required=True, expose_value=False, help="What the authorities read."
)
@click.option("--plain", is_flag=True, help="Write clear text, readable by the owner of the files only.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder that is not there yet.")
@click.option("--share", "share_files", multiple=True, type=FILE, help="A share in a file; in rehearsals only.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, help="How many open at the same time; 1 by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def open_batches(
    *,
    batches: tuple[Path, ...],
    trust_path: Path,
    plain: bool,
    out: Path,
    share_files: tuple[Path, ...],
    processes: int,
    as_json: bool,
) -> None:
    """Open batches and write one file for each Member State, without repeats, and a report.

    Everything is verified before anything is opened. On the first doubt nothing is left in --out.
    """
    if not plain:
        raise click.UsageError(PLAIN)
    guard_process()
    trust, scheme = read_trust(trust_path)
    with verified(batches, trust, scheme, quiet=as_json) as fitting:
        _require_final(fitting, trust)
        with whole_folder(out) as folder:
            key = read_opening_key(trust, share_files)
            work = _Opening(trust, key, folder, processes, as_json)
            outcomes = work.write_all(fitting, dict(scheme.forms))
    if as_json:
        print_json({"out": str(out), "member_states": {each.member_state: each.figures() for each in outcomes}})
    else:
        print_outcomes(outcomes)
        click.echo(f"Clear text is in {out}. Hand each file to its authority only; report.json names the repeats.")


def _require_final(batches: tuple[Batch, ...], trust: Trust) -> None:
    for batch in batches:
        if not batch.manifest.final and not trust.rehearsal:
            raise Refusal(
                f"{batch.path.name} is not final; real batches are opened once, after collection has closed",
                "Have the final batch made: signer batch create --final.",
            )


@dataclass(frozen=True)
class _Opening:
    """One run: what it trusts, the key, where it writes, how many open, whether it shows progress."""

    trust: Trust
    key: OpeningKey
    folder: Path
    processes: int
    quiet: bool

    def write_all(self, batches: tuple[Batch, ...], forms: dict[str, Form]) -> list[OpeningFigures]:
        facts: dict[str, object] = {
            "registration_number": self.trust.registration_number,
            "scheme": self.trust.scheme,
            "rehearsal": self.trust.rehearsal,
            "batches": [describe(batch.manifest) for batch in batches],
        }
        with private_file(self.folder / "report.json") as file:
            report = ReportWriter(file, facts)
            outcomes = [
                self._write_one(forms[member_state], tuple(group), report)
                for member_state, group in groupby(batches, key=lambda batch: batch.manifest.member_state)
            ]
            report.close()
        return outcomes

    def _write_one(self, form: Form, batches: tuple[Batch, ...], report: ReportWriter) -> OpeningFigures:
        outcome = OpeningFigures(form.member_state, f"{form.member_state}.xml")
        path = self.folder / outcome.file
        # The newest batch has the initiative's texts and dates as they stand.
        heading = heading_of(batches[-1].manifest.initiative, form)
        with repeats_in(self.folder / REPEATS_DATABASE) as repeats:
            with write_xml(path, heading, form) as xml:
                for opened, tags in self._opened(batches, form):
                    outcome.statements += 1
                    if repeats.note(opened.statement_id, tags):
                        xml.write(opened)
                        _count_confirmed(opened, outcome)
            require_as_written(path, heading, xml.tally, quiet=self.quiet)
            outcome.written = xml.tally.count
            _report(repeats, outcome, report)
        return outcome

    def _opened(self, batches: tuple[Batch, ...], form: Form) -> Iterator[Result]:
        job = Job(
            registration_number=self.trust.registration_number,
            scheme=self.trust.scheme,
            member_state=form.member_state,
            seed=self.key.seed,
            tag_key=secrets.token_bytes(32),
        )
        total = sum(batch.manifest.count for batch in batches)
        records = (record for batch in batches for record in batch.records())
        opened = open_all(records, job, processes=self.processes)
        return progress(opened, total=total, label=f"opening {form.member_state}", quiet=self.quiet)


def _count_confirmed(opened: Opened, outcome: OpeningFigures) -> None:
    outcome.confirmed += bool(opened.confirmed)
    outcome.confirmed_fields.update(opened.confirmed)


def _report(repeats: Repeats, outcome: OpeningFigures, report: ReportWriter) -> None:
    report.begin(outcome.member_state)
    report.add_groups("identical", repeats.identical())
    outcome.differing_persons, outcome.differing = report.add_groups("differing", repeats.differing())
    outcome.look_alikes, _ = report.add_groups("look_alikes", repeats.look_alikes())
    outcome.left_out = outcome.statements - outcome.written
    outcome.persons = repeats.count_persons()
    report.end(outcome)
