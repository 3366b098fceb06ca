"""What workers note of statements in their memory, and the buckets that it falls into."""

from collections.abc import Iterable

from signer.initiatives.initiative import Initiative
from signer.scheme.load import load_scheme
from signer.scheme.statement import read_statement
from signer.tallies.gather import Gathering
from tests.acts import MAY_DAY
from tests.conftest import Instance
from tests.people import a_german


def note(gathering: Gathering, initiative: Initiative, numbers: Iterable[int], partner: str = "") -> None:
    """Note a statement of each of these invented Germans."""
    form = load_scheme("eu").member_state("DE")
    for number in numbers:
        statement = read_statement(a_german(number), form, on=MAY_DAY, confirmed=frozenset())
        gathering.note(initiative, statement, on=MAY_DAY, partner=partner)


def buckets_of(instance: Instance, numbers: Iterable[int]) -> set[int]:
    """Return the buckets of these Germans: as many, but for chance; of 80, two share one once in a hundred keys."""
    everybody = Gathering(instance.engine, instance.settings)
    note(everybody, instance.initiative, numbers)
    return set(everybody._persons[instance.initiative.id, "DE"])


def ones(bits: bytes) -> set[int]:
    """Return the buckets whose bit is 1."""
    return {place for place in range(8 * len(bits)) if bits[place >> 3] >> (place & 7) & 1}
