"""Promise 2: signing tells nobody anything. A person's second statement does what another person's first one does.

Two instances side by side: in one a person signs twice, in the other two persons sign, through the real pages.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from signer.audit.read import latest_entries
from signer.database import METADATA, reading
from tests.conftest import NUMBER, Instance, in_file, make_instance
from tests.journeys.served import CODE, TOKEN, collect_now, typed
from tests.listening import Shape, listening, shape_of
from tests.people import ADA, BERT
from tests.settling import settle_now
from tests.solved import solved_by
from tests.web.worker import client_of

FORM = f"/en/initiatives/{NUMBER}/support/DE"
PUBLIC = ("/", "/en/", f"/en/initiatives/{NUMBER}/", f"/en/initiatives/{NUMBER}/support", FORM, "/healthz")
FINGERPRINT = re.compile(r"(?:[0-9a-f]{4}(?:\s|<[^>]*>)*){16}")
TOLD_BY_THE_CLOCK = {"ETag", "Date"}
OF_THE_OPERATOR = {"log_head", "audit_entry", "audit_head"}
"""Tables that hold signatures and times of what the operator did; a test of its own sees that signing leaves the audit
log alone."""
People = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Traces:
    """Everything that two statements left behind, apart from what is random.

    answers: the pages that the two citizens saw. queries: SQL and the shape of its parameters, by statement.
    pages: the public pages afterwards. rows: the shapes of all rows of all tables.
    """

    answers: Sequence[str]
    queries: Sequence[Sequence[Shape]]
    pages: Mapping[str, object]
    rows: Mapping[str, Sequence[object]]


@pytest.fixture(params=["sqlite", "postgresql"])
def make(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Instance]]:
    """Makes an instance that collects today, by name, on each database; its catalogue is read once.

    Reading it again every two seconds says something of the clock and nothing of who signs.
    """
    monkeypatch.setattr("signer.initiatives.catalogue.FRESH_SECONDS", 3600)
    made: list[Instance] = []
    urls = request.getfixturevalue("postgres_url") if request.param == "postgresql" else None

    def _make(name: str) -> Instance:
        folder = tmp_path / name
        folder.mkdir()
        database = urls() if urls else in_file(folder)
        made.append(collect_now(make_instance(database, folder)))
        return made[-1]

    yield _make
    for instance in made:
        instance.store.close()
        instance.engine.dispose()


def test_a_second_statement_by_one_person_leaves_the_traces_of_one_by_another(make: Callable[[str], Instance]) -> None:
    """The same SQL, the same rows but for random bytes, the same answers and public pages, byte for byte."""
    once_more = traces_of(make("one"), [ADA, ADA])
    another = traces_of(make("two"), [ADA, BERT])

    assert once_more.answers == another.answers
    assert once_more.queries == another.queries
    assert once_more.pages == another.pages
    assert once_more.rows == another.rows


def test_the_second_statement_runs_the_sql_of_the_first(make: Callable[[str], Instance]) -> None:
    """Also within one instance nothing is looked up that only a repeat would find."""
    first, second = traces_of(make("one"), [ADA, ADA]).queries

    assert first == second
    assert first


def test_signing_leaves_no_line_in_the_audit_log(make: Callable[[str], Instance]) -> None:
    instance = make("one")
    with reading(instance.engine) as connection:
        before = latest_entries(connection, 100)

    sign(client_of(instance), ADA)

    with reading(instance.engine) as connection:
        assert latest_entries(connection, 100) == before
    assert before


def test_the_comparison_sees_a_difference_where_there_is_one(make: Callable[[str], Instance]) -> None:
    """A comparison that is blind would prove nothing: one statement more is seen in pages and rows."""
    two, three = traces_of(make("one"), [ADA, BERT]), traces_of(make("two"), [ADA, BERT, ADA])

    assert two.pages != three.pages
    assert two.rows != three.rows
    assert two.queries != three.queries


def traces_of(instance: Instance, people: People) -> Traces:
    """Let people sign on an instance one after the other, and return the traces."""
    answers = []
    with listening(instance.engine) as queries:
        client = client_of(instance)
        for person in people:
            queries.append([])
            answers.append(sign(client, person))
        queries.append([])
        settle_now(instance)
    client = client_of(instance)
    pages = {address: public(client, address) for address in PUBLIC}
    return Traces(answers, queries[1:-1], pages, rows_of(instance))


def sign(client: FlaskClient, person: Mapping[str, str]) -> str:
    """Sign as a citizen does; return the last page, without the code."""
    inputs = typed(person) | {"human_check": solved_by(client)}
    page = client.post(f"{FORM}/check", data=inputs)
    token = TOKEN.search(page.text)
    assert token
    declared = {"token": token[1], "declare_correct": "yes", "declare_privacy": "yes"}
    thanks = client.post(f"{FORM}/sign", data=inputs | declared)
    assert thanks.status_code == 200
    return CODE.sub("CODE", thanks.text)


def public(client: FlaskClient, address: str) -> object:
    """What anybody sees at an address; keys are random, so their fingerprint is left out."""
    answer = client.get(address)
    headers = {name: value for name, value in answer.headers if name not in TOLD_BY_THE_CLOCK}
    return answer.status_code, headers, FINGERPRINT.sub("FINGERPRINT", answer.text)


def rows_of(instance: Instance) -> Mapping[str, Sequence[object]]:
    """The shapes of all rows by table, sorted; random bytes by their lengths, everything else as it is."""
    with reading(instance.engine) as connection:
        return {
            name: sorted(map(repr, (shape_of(tuple(row)) for row in connection.execute(select(table)))))
            for name, table in METADATA.tables.items()
            if name not in OF_THE_OPERATOR
        }
