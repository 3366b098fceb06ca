"""A dress rehearsal, from the ceremony to the comparison, on programs and pages as a real campaign has them."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from signer.days import today
from signer.rehearsal.client import Receipt
from signer.rehearsal.comparison import Figures, compare
from signer.rehearsal.folders import Folders
from signer.rehearsal.programs import Programs
from signer.rehearsal.result import RehearsalResult
from signer.rehearsal.scenario import Visit, plan_visits
from signer.rehearsal.sign_all import counts_shown, record_typed, type_in
from signer.scheme.load import load_scheme
from signer.sealing.request import PublicKeyFile

ORIGIN = "rehearsal.signer.invalid/log"
SEQUENCE_SECONDS = 2
THRESHOLD, SHARES = 2, 3


@dataclass(frozen=True)
class Plan:
    """What a rehearsal is given.

    description: of the initiative, in our JSON, collecting today.
    write_settings: writes the settings of a demonstration into the file at the path; the second argument names the
        collection keys, as lines of TOML.
    database_url: an empty database; SQLite in the instance folder if empty.
    erasures: one person in nine takes the statement back and signs again.
    """

    statements: int
    seed: int
    description: bytes
    write_settings: Callable[[Path, str], None]
    database_url: str = ""
    quiet: bool = False
    erasures: bool = False


class Campaign:
    """One rehearsal in its working folder. The steps are methods, in their order in `run`."""

    def __init__(self, plan: Plan, folder: Folders) -> None:
        self._plan, self._folder = plan, folder
        self._programs = Programs(folder.instance, folder.secrets, folder.logs, database_url=plan.database_url)
        self._number = str(json.loads(plan.description)["registration_number"])
        self._scheme = load_scheme(str(json.loads(plan.description)["scheme"]))

    def run(self) -> RehearsalResult:
        """Rehearse. Raises a SignerError where a step cannot even be done."""
        began, first_day = time.monotonic(), today()
        self.make_instance()
        self.hold_ceremony()
        plan = self._plan
        visits = plan_visits(self._scheme, plan.statements, on=first_day, seed=plan.seed, erasures=plan.erasures)
        receipts, received = self.collect(visits)
        in_batches = self.freeze_and_export()
        figures = self.open()
        rows = [
            compare(
                [receipt for receipt in receipts if receipt.visit.member_state == code],
                self._folder.opened,
                form,
                received=received.get(code, 0),
                in_batch=in_batches.get(code, 0),
                figures=figures.get(code, {}),
                days=(first_day, today()),
            )
            for code, form in self._scheme.forms.items()
        ]
        database = "postgresql" if self._plan.database_url.startswith("postgres") else "sqlite"
        return RehearsalResult(rows, self._plan.seed, database, time.monotonic() - began)

    def make_instance(self) -> None:
        """Make a demonstration instance and import the initiative."""
        description = self._folder.root / "initiative.json"
        description.write_bytes(self._plan.description)
        self._plan.write_settings(self._folder.instance / "settings.toml", "")
        self._programs.signer("init")
        self._programs.signer("initiative", "import", str(description))

    def hold_ceremony(self) -> None:
        """Make the collection key in shares, install its public part, open the collection."""
        request, ceremony = self._folder.offline / "request.json", self._folder.offline / "ceremony"
        request.write_text(self._programs.signer("keys", "request", self._number), encoding="utf-8")
        shares = ("--threshold", str(THRESHOLD), "--shares", str(SHARES))
        self._programs.offline("keygen", "--rehearsal", "--request", str(request), *shares, "--out", str(ceremony))
        public_key = ceremony / "collection-key.pub"
        self._programs.signer("keys", "install", str(self._trust), str(public_key))
        fingerprint = PublicKeyFile.from_json(public_key.read_bytes()).key.fingerprint.hex()
        self._plan.write_settings(self._folder.instance / "settings.toml", f'"{self._number}" = "{fingerprint}"\n')
        self._programs.signer("initiative", "open", self._number)

    def collect(self, visits: Sequence[Visit]) -> tuple[list[Receipt], Mapping[str, int]]:
        """Serve the pages, let everybody sign, close; return what they take home, and the counts that pages show."""
        with self._programs.serving() as port:
            initiative = f"/en/initiatives/{self._number}/"
            names = {form.name: code for code, form in self._scheme.forms.items()}
            receipts = type_in(port, initiative, visits, quiet=self._plan.quiet)
            self.close()
            received = counts_shown(port, initiative, names, len(visits))
        record_typed(self._folder.typed, receipts)
        return receipts, received

    def close(self) -> None:
        """End the collection, and run its night: the last ones are counted, and every count is reconciled."""
        self._programs.signer("initiative", "close", self._number, "--yes")
        self._programs.signer("daily")

    def freeze_and_export(self) -> Mapping[str, int]:
        """Make the final batches; return Member State to statements in its batch."""
        made = json.loads(self._programs.signer("batch", "create", "--final", "--json"))
        self._programs.signer("batch", "export", "--quiet", "--out", str(self._folder.batches))
        return {str(batch["member_state"]): int(batch["count"]) for batch in made}

    def open(self) -> Mapping[str, Figures]:
        """Verify and open the batches with two of the three shares; return Member State to the figures reported."""
        batches = [str(path) for path in sorted(self._folder.batches.glob("*.zip"))]
        trust = ("--trust", str(self._trust))
        self._programs.offline("verify", *batches, *trust, "--json")
        used = sorted((self._folder.offline / "ceremony" / "shares").iterdir())[-THRESHOLD:]
        shares = [argument for path in used for argument in ("--share", str(path))]
        xml = ("--format", "xml", "--plain", "--out", str(self._folder.opened))
        self._programs.offline("open", *batches, *trust, *shares, *xml)
        report = json.loads((self._folder.opened / "report.json").read_bytes())
        return {code: entry["figures"] for code, entry in report["member_states"].items()}

    @property
    def _trust(self) -> Path:
        return self._folder.offline / "ceremony" / "trust.json"
