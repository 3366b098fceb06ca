"""One initiative's collection in one Member State: the form, the keys, and whether it collects on a day."""

from dataclasses import dataclass
from datetime import date

from signer.errors import SignerError
from signer.initiatives.initiative import Initiative, Status
from signer.scheme.form import Form
from signer.sealing.context import Context
from signer.sealing.envelope import RecipientKey
from signer.sealing.storage_key import StorageKey


class NotCollecting(SignerError):
    """Statements are not taken on this day."""


class NotYetOpen(NotCollecting):
    """The collection period has not begun."""


class CollectionClosed(NotCollecting):
    """The collection period is over, or the organisers closed it early."""


class CollectionPaused(NotCollecting):
    """The organisers have paused the collection."""


class InitiativeWithdrawn(NotCollecting):
    """The organisers have withdrawn the initiative."""


def require_open(initiative: Initiative, on: date) -> None:
    """Return if `initiative` collects on the day `on`; both ends of the period are included. Raises NotCollecting."""
    number = initiative.registration_number
    match initiative.status:
        case Status.WITHDRAWN:
            raise InitiativeWithdrawn(f"{number} is withdrawn")
        case Status.CLOSED:
            raise CollectionClosed(f"{number} was closed by its organisers")
        case _ if on > initiative.collection_end:
            raise CollectionClosed(f"{number} collected until {initiative.collection_end}")
        case Status.DRAFT:
            raise NotYetOpen(f"{number} is a draft")
        case _ if on < initiative.collection_start:
            raise NotYetOpen(f"{number} collects from {initiative.collection_start}")
        case Status.PAUSED:
            raise CollectionPaused(f"{number} is paused by its organisers")
        case _:
            return


@dataclass(frozen=True)
class Collection:
    """All that recording a statement of one Member State's national needs."""

    initiative: Initiative
    form: Form
    recipient: RecipientKey
    storage_key: StorageKey

    def require_open(self, on: date) -> None:
        """Return if statements are taken on the day `on`. Raises NotCollecting."""
        require_open(self.initiative, on)

    def context(self, statement_id: bytes, on: date) -> Context:
        """Return where a statement with this id and day belongs."""
        return Context(self.initiative.registration_number, self.form.member_state, statement_id, on)
