"""Named people, initiatives and services for the tests of the pages. Every person is invented."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from signer.errors import SignerError
from signer.initiatives.collection import Collection
from signer.initiatives.initiative import Initiative, InitiativeText, Organiser, Status, UnknownInitiative
from signer.scheme.load import load_scheme
from signer.scheme.statement import Statement
from signer.sealing.code import Code
from signer.sealing.envelope import RecipientKey
from signer.sealing.opening import OpeningKey
from signer.sealing.storage_key import StorageKey
from signer.settings import Settings
from signer.statements.record import record
from signer.statements.store import AlreadyErased, CheckSpent, SealedStatement
from signer.tallies.forecast import Forecast
from signer.tallies.history import Day
from signer.tallies.milestones import Milestone
from signer.tallies.overview import MemberStateFigures, Overview

MAY_DAY = date(2027, 5, 1)
NUMBER = "2021/000001"
INITIATIVE = f"/en/initiatives/{NUMBER}/"
SUPPORT = f"{INITIATIVE}support"

KLARA = {
    "first_names": "Klara Sofie",
    "family_names": "Achternbusch",
    "street": "Lindwurmgasse",
    "street_number": "14 b",
    "postal_code": "80337",
    "city": "München",
    "residence_country": "DE",
    "date_of_birth-day": "7",
    "date_of_birth-month": "3",
    "date_of_birth-year": "1984",
}
"""A German who lives in Germany: Part A."""

ELZBIETA = {
    "first_names": "Elżbieta",
    "family_names": "Brzęczyszczykiewicz",
    "document_type": "national_id_number",
    "document_number": "44051401359",
}
"""A Pole: Part B, one kind of number. The number is the example of python-stdnum."""

MATTHIAS = {
    "first_names": "Matthias",
    "family_names": "Oberwieser",
    "document_type": "passport",
    "document_number": "P1234567",
}
"""An Austrian: Part B, two kinds of document."""

DECLARED = {"declare_correct": "yes", "declare_privacy": "yes"}


def make_initiative(**changes: object) -> Initiative:
    """Return an initiative that collects on May Day 2027."""
    initiative = Initiative(
        id=1,
        registration_number=NUMBER,
        scheme="eu",
        registered_on=date(2021, 1, 7),
        collection_start=date(2027, 2, 17),
        collection_end=date(2028, 2, 16),
        register_url="https://register.example.org/2021/000001",
        website="https://initiative.example.org",
        original_language="en",
        organisers=(
            Organiser("representative", "Ada Mustermann", "ada@example.org", "DE"),
            Organiser("substitute", "Bruno Exemple", "bruno@example.org", "FR"),
        ),
        status=Status.COLLECTING,
        texts={"en": InitiativeText("A quiet street for everybody", "We ask for quiet streets.", "", "")},
    )
    return replace(initiative, **changes)  # type: ignore[arg-type]


class RecordingStore:
    """Keeps what would be written, and fails when told to."""

    def __init__(self) -> None:
        self.writes: list[SealedStatement] = []
        self.erased: set[bytes] = set()
        self.failure: SignerError | None = None

    def write(self, sealed: SealedStatement) -> date:
        """Keep `sealed` once by its id, and return its day."""
        if self.failure:
            raise self.failure
        if sealed.statement_id in self.erased:
            raise AlreadyErased("the statement of this code was erased; expected a new code")
        for kept in self.writes:
            if kept.statement_id == sealed.statement_id:
                return kept.submitted_on
        if sealed.check_id in {kept.check_id for kept in self.writes}:
            raise CheckSpent("the human check has let another statement in; expected a new one")
        self.writes.append(sealed)
        return sealed.submitted_on

    def close(self) -> None:
        """Do nothing."""


@dataclass
class FakeCatalogue:
    """One initiative, without a database."""

    opened: list[Initiative]
    key: RecipientKey
    storage_key: StorageKey
    failure: Exception | None = None

    def initiatives(self) -> tuple[Initiative, ...]:
        """Return the initiatives."""
        if self.failure:
            raise self.failure
        return tuple(self.opened)

    def find(self, registration_number: str) -> Initiative:
        """Return one initiative."""
        for initiative in self.initiatives():
            if initiative.registration_number == registration_number:
                return initiative
        raise UnknownInitiative("no such initiative has been opened")

    def recipient(self, registration_number: str) -> RecipientKey:
        """Return the public key."""
        self.find(registration_number)
        return self.key

    def collection(self, registration_number: str, member_state: str) -> Collection:
        """Return the collection of one Member State."""
        initiative = self.find(registration_number)
        form = load_scheme(initiative.scheme).member_state(member_state)
        return Collection(initiative, form, self.key, self.storage_key)


@dataclass
class FakeService:
    """The service of the tests: the real use case of recording, without a database, on a day that the test sets."""

    catalogue: FakeCatalogue
    store: RecordingStore = field(default_factory=RecordingStore)
    day: date = MAY_DAY
    received: Mapping[str, int] = field(default_factory=dict)
    paper: Mapping[str, int] = field(default_factory=dict)
    days: tuple[Day, ...] = ()
    reached: tuple[Milestone, ...] = ()
    expected: tuple[date, Forecast] | None = None
    erased: list[tuple[str, Code]] = field(default_factory=list)
    engine: None = None
    partners: list[str] = field(default_factory=list)

    def today(self) -> date:
        """Return the day that the test set."""
        return self.day

    def overview(self, initiative: Initiative, *, spare: bool = False) -> Overview:
        """Return the numbers that the test set."""
        scheme = load_scheme(initiative.scheme)
        figures = [
            MemberStateFigures(
                code,
                threshold=threshold,
                received=self.received.get(code, 0),
                paper=self.paper.get(code, 0),
                repeat_share=scheme.repeat_share,
                invalid_share=scheme.invalid_share,
                surplus=scheme.surplus,
            )
            for code, threshold in scheme.thresholds(initiative.registered_on).items()
        ]
        in_order = sorted(figures, key=lambda each: list(scheme.forms).index(each.member_state))
        goal, needed = scheme.goal, scheme.member_states_needed
        return Overview(initiative, self.day, goal, needed, tuple(in_order))

    def history(self, _initiative: Initiative, *, spare: bool = False) -> tuple[Day, ...]:
        """Return the days that the test set."""
        return self.days

    def milestones(self, _initiative: Initiative) -> tuple[Milestone, ...]:
        """Return the milestones that the test set."""
        return self.reached

    def forecast(self, _initiative: Initiative) -> tuple[date, Forecast] | None:
        """Return the forecast that the test set."""
        return self.expected

    def record(
        self,
        collection: Collection,
        statement: Statement,
        *,
        code: Code,
        check_id: bytes,
        on: date,
        partner: str = "",
    ) -> date:
        """Record as the real service does, and note the partner."""
        self.partners.append(partner)
        return record(self.store, collection, statement, code=code, check_id=check_id, on=on)

    def erase(self, registration_number: str, code: Code) -> None:
        """Note the code."""
        self.erased.append((registration_number, code))


def make_service(opening_key: OpeningKey, **changes: object) -> FakeService:
    """Return a service with one initiative; `changes` are of the initiative."""
    catalogue = FakeCatalogue([make_initiative(**changes)], opening_key.recipient, StorageKey(bytes(32)))
    return FakeService(catalogue)


def make_settings(folder: Path, **changes: object) -> Settings:
    """Return settings whose secrets lie in `folder`."""
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    for name in ("form-token-key", "human-check-key", "console-key"):
        (secrets / name).write_text("07" * 32)
        (secrets / name).chmod(0o600)
    return Settings(instance=folder, secrets=secrets, **changes)  # type: ignore[arg-type]
