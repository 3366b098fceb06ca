"""What bringing about every state has found, so that it stays found."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from signer.batches.queries import read_steps
from signer.batches.state import State
from signer.database import reading
from signer.sealing.code import Code
from tests.acts import erase_now
from tests.people import ADA
from tests.signing import record
from tests.web.console.batch_states import AFTER
from tests.web.console.paths import BATCHES, CODE, HOME
from tests.web.console.stage import AUDITOR, Stage, sign, stage
from tests.web.console.standing import OWNER
from tests.web.pages import Page

pytestmark = pytest.mark.together


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Stage]:
    """A console, twenty days after the end of collection."""
    with stage(tmp_path) as opened:
        sign(opened.instance, {"DE": 2})
        opened.service.day = AFTER
        yield opened


def test_a_download_that_is_refused_is_not_recorded_as_one(there: Stage) -> None:
    """Else the log would say that somebody has the file, and the batch could be handed over without it."""
    auditor = there.join("Bartholomew Madeup", AUDITOR)
    auditor.send(BATCHES, BATCHES, member_state="DE", final="y")
    there.execute("DELETE FROM statement WHERE id = (SELECT min(id) FROM statement)")

    answer = auditor.client.get(f"{BATCHES}DE/1/file")

    assert answer.status_code == 409
    with reading(there.service.engine) as connection:
        assert [step.step for step in read_steps(connection, there.newest("DE").id)] == ["frozen"]


def test_while_numbers_disagree_no_step_is_taken_and_the_page_says_which(there: Stage) -> None:
    auditor = there.join("Bartholomew Madeup", AUDITOR)
    page = auditor.send(BATCHES, BATCHES, member_state="DE", final="y")
    there.execute("DELETE FROM statement WHERE id = (SELECT min(id) FROM statement)")

    refused = auditor.fill(page, f"{BATCHES}DE/1/open-again", reason="two letters of a title were wrong")

    assert refused.status_code == 409
    assert "received 1, but waiting 0 + open 0 + in batches 0 + erased 0" in Page(refused).words()
    assert there.newest("DE").state is State.FROZEN


def test_a_download_leaves_out_what_was_erased_since_the_freeze_and_says_so_in_the_steps(there: Stage) -> None:
    code = Code.new()
    record(there.instance.store, there.instance.collection("FR"), ADA, code=code)
    record(there.instance.store, there.instance.collection("FR"), ADA)
    auditor = there.join("Bartholomew Madeup", AUDITOR)
    auditor.send(BATCHES, BATCHES, member_state="FR", final="y")
    frozen = there.newest("FR")
    erase_now(there.instance.engine, there.instance.settings, there.instance.initiative, code, on=AFTER)

    file = auditor.client.get(f"{BATCHES}FR/1/file").data

    remade = there.newest("FR")
    assert (frozen.count, remade.count) == (2, 1)
    assert hashlib.sha256(file).hexdigest() == remade.digest != frozen.digest
    assert code.statement_id not in file
    assert "file made again" in Page(auditor.client.get(f"{BATCHES}FR/1/")).words()


def test_a_database_that_does_not_know_who_is_logged_on_gets_a_page_that_can_be_read(there: Stage) -> None:
    """The page for errors must not ask the database who reads it."""
    owner = there.join("Ottoline Invented", OWNER)
    there.execute("ALTER TABLE account RENAME TO mislaid")

    answer = owner.client.get(HOME)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert Page(answer).heading == "The database does not answer"


def test_who_mistypes_the_first_code_can_set_the_app_up_anew(there: Stage) -> None:
    """There are no recovery codes yet that could help."""
    new = there.somebody("ottoline@initiative.example")
    shown = new.fill(new.accept(there.token(new.email, OWNER)), "/console/account/authenticator")

    refused = new.fill(shown, CODE, code="000000")

    (link,) = Page(refused).tree.xpath("//main//a[not(starts-with(@href, '#'))]/@href")
    assert Page(new.client.get(link)).heading == "Set up your second factor"
    assert "recovery" not in Page(refused).words()


def test_a_step_that_somebody_took_meanwhile_is_refused_in_words_and_keeps_what_was_typed(there: Stage) -> None:
    auditor = there.join("Bartholomew Madeup", AUDITOR)
    page = auditor.send(BATCHES, BATCHES, member_state="DE", final="y")
    step = f"{BATCHES}DE/1/open-again"
    taken = auditor.fill(page, step, reason="two letters of a title were wrong")

    late = auditor.fill(page, step, reason="too late")

    assert (taken.status_code, late.status_code) == (200, 409)
    assert Page(late).value("reason") == "too late"
    assert "the batch is in another state by now" in late.text
