"""Lifecycle of an initiative: import of its description, opening, pausing, closing, withdrawal."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, delete, insert, update

from signer.audit.entry import EntryKind
from signer.audit.unit_of_work import UnitOfWork
from signer.errors import SignerError
from signer.initiatives.description import Description
from signer.initiatives.fence import raise_fence
from signer.initiatives.initiative import Initiative, InitiativeText, Status, UnknownInitiative
from signer.initiatives.keys import read_storage_key, require_key
from signer.initiatives.queries import find_initiative, find_initiative_to_change
from signer.initiatives.tables import initiative, initiative_text
from signer.initiatives.texts import FrozenText, all_checked, put_text
from signer.scheme.characters import is_line, tidy
from signer.scheme.load import load_scheme
from signer.sealing.canonical import canonical_json


@dataclass(frozen=True)
class StatusStep:
    """A change of status that organisers decide on. begins: the statuses that it begins from."""

    begins: frozenset[Status]
    leads_to: Status

    @property
    def is_final(self) -> bool:
        """Whether there is no way back."""
        return not steps_from(self.leads_to)


_RUNNING = frozenset({Status.COLLECTING, Status.PAUSED})
STEPS: Mapping[str, StatusStep] = {
    "open": StatusStep(frozenset({Status.DRAFT}), Status.COLLECTING),
    "pause": StatusStep(frozenset({Status.COLLECTING}), Status.PAUSED),
    "go-on": StatusStep(frozenset({Status.PAUSED}), Status.COLLECTING),
    "close": StatusStep(_RUNNING, Status.CLOSED),
    "withdraw": StatusStep(_RUNNING, Status.WITHDRAWN),
}
"""Name of a step to the step. Closing and withdrawing are for good: a collection that ended must not begin again."""

RECORDED = {
    Status.COLLECTING: EntryKind.COLLECTION_OPENED,
    Status.PAUSED: EntryKind.COLLECTION_PAUSED,
    Status.CLOSED: EntryKind.COLLECTION_CLOSED,
    Status.WITHDRAWN: EntryKind.INITIATIVE_WITHDRAWN,
}


REASON_LIMIT = 500


class NotAllowed(SignerError):
    """The initiative cannot pass from its status to the wanted one, or not with this reason."""


def steps_from(status: Status) -> Mapping[str, StatusStep]:
    """Return the steps that begin from `status`, by name."""
    return {name: step for name, step in STEPS.items() if status in step.begins}


def import_description(unit: UnitOfWork, description: Description) -> Initiative:
    """Keep a described initiative as a draft, or bring a draft up to date. Raises FrozenText or UnfitText.

    Once opened, only texts in further languages are taken: nobody's statement may change its meaning afterwards.
    """
    load_scheme(description.scheme)
    kept = _keep(unit, replace(description, texts=all_checked(description.texts)))
    unit.record(
        EntryKind.INITIATIVE_IMPORTED,
        kept.registration_number,
        languages=" ".join(sorted(kept.texts)),
        texts_sha256=_digest_of_texts(kept),
    )
    return kept


def change_status(
    unit: UnitOfWork,
    registration_number: str,
    wanted: Status,
    *,
    reason: str = "",
) -> Initiative:
    """Open, pause, close or withdraw. reason: kept in the audit log; everybody reads it while collection is paused.

    A collection that is closed early, or withdrawn, ends today: the law's three months run from there
    (Articles 8(1) and 12(1)). Raises UnknownInitiative, NotAllowed, or UnknownKey or MissingSecret where
    opening has no key.
    """
    kept = find_initiative_to_change(unit.connection, registration_number)
    if wanted not in {step.leads_to for step in steps_from(kept.status).values()}:
        raise NotAllowed(f"{registration_number} is {kept.status} and cannot become {wanted}")
    if wanted is Status.COLLECTING:
        require_key(unit.connection, unit.settings, kept)
        read_storage_key(unit.settings, registration_number)
        if unit.on > kept.collection_end:
            raise NotAllowed(f"the collection period of {registration_number} ended on {kept.collection_end}")
    reason = tidy(reason)
    if not is_line(reason, REASON_LIMIT):
        raise NotAllowed(f"the reason must be one line of at most {REASON_LIMIT} characters")
    values: dict[str, object] = {"status": wanted, "pause_reason": reason if wanted is Status.PAUSED else ""}
    if wanted in {Status.CLOSED, Status.WITHDRAWN}:
        values["collection_end"] = min(kept.collection_end, max(kept.collection_start, unit.on))
        # Workers that have not heard of it yet take nothing more either, of any day: it may be midnight for them.
        raise_fence(unit.connection, kept.id, max(unit.on, kept.collection_end))
    unit.connection.execute(update(initiative).values(values).where(initiative.c.id == kept.id))
    details = {"said": reason} if reason else {}
    unit.record(RECORDED[wanted], kept.registration_number, **details)
    return find_initiative(unit.connection, registration_number)


def _keep(unit: UnitOfWork, description: Description) -> Initiative:
    number = description.registration_number
    try:
        kept = find_initiative_to_change(unit.connection, number)
    except UnknownInitiative:
        kept = None
    if kept is None or kept.status is Status.DRAFT:
        initiative_id = _put(unit.connection, description)
        unit.connection.execute(delete(initiative_text).filter_by(initiative_id=initiative_id))
        texts = description.texts
    else:
        initiative_id, texts = kept.id, _further_texts(kept, description)
    for language, text in texts.items():
        put_text(unit, initiative_id, language, text)
    return find_initiative(unit.connection, number)


def _put(connection: Connection, description: Description) -> int:
    """Keep what a description says besides the texts, in the row of a draft if there is one; return the row's id."""
    values = {name: value for name, value in vars(description).items() if name not in {"texts", "organisers"}}
    values["organisers"] = [asdict(organiser) for organiser in description.organisers]
    here = initiative.c.registration_number == description.registration_number
    drafted: int | None = connection.scalar(update(initiative).where(here).values(**values).returning(initiative.c.id))
    if drafted is not None:
        return drafted
    new = insert(initiative).values(status=Status.DRAFT, **values).returning(initiative.c.id)
    made: int = connection.execute(new).scalar_one()
    return made


def _further_texts(kept: Initiative, description: Description) -> Mapping[str, InitiativeText]:
    """Return the texts in languages that an opened initiative does not have yet. Raises FrozenText."""
    number = kept.registration_number
    for name in ("scheme", "registered_on", "collection_start", "collection_end", "original_language", "organisers"):
        if getattr(kept, name) != getattr(description, name):
            raise FrozenText(f"{number} has been opened; its {name} can no longer change")
    for language, text in description.texts.items():
        if kept.texts.get(language, text) != text:
            raise FrozenText(f"{number} has been opened; its text in {language} can no longer change")
    return {language: text for language, text in description.texts.items() if language not in kept.texts}


def _digest_of_texts(kept: Initiative) -> str:
    """Return the SHA-256, in hexadecimal, of what people sign, so that the audit log shows when it changed."""
    texts = {language: asdict(text) for language, text in kept.texts.items()}
    return hashlib.sha256(canonical_json(texts)).hexdigest()
