"""Texts in the console: imported from the register's file, written beside the original, frozen once people sign."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from signer.accounts.roles import HeldRole, Role
from signer.database import StoreUnavailable, writing
from signer.initiatives.changes import Change, changes_of
from signer.initiatives.description import Description, to_json
from signer.initiatives.initiative import Initiative, Status
from signer.initiatives.keys import storage_secret
from signer.initiatives.queries import find_initiative_to_change
from signer.service.service import open_service
from signer.web.app import create_app
from signer.web.console import imports
from signer.web.console.imports import MOST_BYTES
from tests.conftest import NUMBER, Instance, describe
from tests.web.console.campaign import Campaign, campaign, problems
from tests.web.console.campaign_states import DRAFT, ENGLISH, GERMAN, OF, a_draft, save, upload
from tests.web.console.people import invited
from tests.web.console.standing import OWNER
from tests.web.pages import Page

DEMO = "2021/000001"
DEMO_FILE = Path(__file__).parents[3] / "signer" / "cli" / "demo_initiative.json"
XML_BOMB = b"""<!DOCTYPE export [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>
<export><initiative>&b;</initiative></export>"""


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """A console with its owner."""
    with campaign(tmp_path_factory.mktemp("texts")) as opened:
        yield opened


def test_an_owner_to_be_imports_the_demo_initiative_and_writes_texts_in_three_languages(there: Campaign) -> None:
    organiser = there.join("cordelia@initiative.example", HeldRole(Role.OWNER, DEMO))
    looked_at = upload(organiser, DEMO_FILE.read_bytes())
    assert "is new here" in looked_at.text

    imported = save(organiser, looked_at)

    assert Page(imported).heading == "Texts"
    assert there.initiative(DEMO).status is Status.DRAFT
    assert (there.service.settings.secrets / storage_secret(DEMO)).exists()
    for code in ("de", "fr"):
        path = f"/console/texts/{DEMO}/{code}/"
        page = organiser.client.get(path)
        assert "Gesichtserkennung" not in page.text
        assert there.initiative(DEMO).texts["en"].title in Page(page).words()
        organiser.fill(page, path, title=f"Titel {code}", objectives="Zwei Sätze. Mehr nicht.")
    assert sorted(there.initiative(DEMO).texts) == ["de", "en", "fr"]


def test_a_file_that_cannot_be_taken_is_refused_in_words_and_changes_nothing(there: Campaign) -> None:
    before = there.last_act()
    for content, said in (
        (b"", "Choose the file"),
        (b"a letter", "neither XML nor JSON"),
        (b"\x00\xff" * 50, "neither XML nor JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "a JSON object was expected"),
        (b"{}", "texts is missing"),
        (XML_BOMB, "document type"),
        (b"<export>", "not well-formed"),
        (to_json(describe("2031/000099")).encode(), "no role that may import it"),
        (to_json(describe(NUMBER)).replace('"eu"', '"../eu"').encode(), "no scheme of the name"),
        (to_json(describe(NUMBER)).replace("quiet sky", "quiet\\u202esky").encode(), "cannot be shown"),
    ):
        answer = upload(there.owner, content)
        assert (answer.status_code, said in problems(answer)) == (422, True), (said, problems(answer))
    assert upload(there.owner, b"x" * (MOST_BYTES + 1)).status_code == 413
    assert there.last_act() == before


def test_a_form_with_a_file_is_taken_by_the_import_alone(there: Campaign) -> None:
    for path in (f"/console/texts/{NUMBER}/fr/", f"/console/people/{NUMBER}/"):
        answer = there.owner.client.post(path, data={"title": "x"}, content_type="multipart/form-data")
        assert answer.status_code == 415


def test_an_administrator_brings_initiatives_in_but_overwrites_none(there: Campaign) -> None:
    administrator = there.join("petronella@initiative.example", HeldRole(Role.ADMINISTRATOR))
    imported = save(administrator, upload(administrator, a_draft()))
    assert Page(imported).heading == "People"

    again = upload(administrator, a_draft(texts={"en": GERMAN}))

    assert "no role that may import it" in problems(again)
    assert there.initiative(DRAFT).texts["en"] == ENGLISH


def test_what_would_change_is_shown_again_if_it_is_something_else_by_now(there: Campaign) -> None:
    organiser = there.join("leopold@initiative.example", HeldRole(Role.OWNER, "2027/000045"))
    file = a_draft(registration_number="2027/000045")
    save(organiser, upload(organiser, file))
    looked_at = upload(organiser, a_draft(registration_number="2027/000045", texts={"en": ENGLISH, "de": GERMAN}))
    organiser.send("/console/texts/2027/000045/de/", "/console/texts/2027/000045/de/", title="A", objectives="B")

    late = save(organiser, looked_at)

    assert (late.status_code, Page(late).heading) == (409, "What the file changes")
    assert there.initiative("2027/000045").texts["de"].title == "A"
    assert save(organiser, late).status_code == 200
    assert there.initiative("2027/000045").texts["de"] == GERMAN


def test_a_look_at_a_file_waits_for_nobody_and_what_is_saved_nobody_changes_meanwhile(
    on_postgresql: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(on_postgresql.engine) as connection:
        # Who waits is told so, instead of waiting as long as the test.
        name = connection.engine.url.database
        connection.execute(text(f'ALTER DATABASE "{name}" SET lock_timeout = 2000'))
    service = open_service(on_postgresql.settings)
    owner = invited(create_app(service.settings, service), service, "ottoline@initiative.example", OWNER)
    held: list[bool] = []

    def compare(kept: Initiative | None, described: Description) -> tuple[Change, ...]:
        held.append(is_held(on_postgresql))
        return changes_of(kept, described)

    described = replace(describe(), texts=describe().texts | {"de": GERMAN})
    with writing(on_postgresql.engine) as connection:
        find_initiative_to_change(connection, NUMBER)
        looked_at = upload(owner, to_json(described).encode())
    monkeypatch.setattr(imports, "changes_of", compare)
    saved = save(owner, looked_at)
    service.close()

    assert Page(looked_at).heading == "What the file changes"
    assert (Page(saved).heading, held) == ("Texts", [True])


def is_held(instance: Instance) -> bool:
    """Whether somebody who wants to change an initiative would have to wait."""
    try:
        with writing(instance.engine) as connection:
            connection.execute(text("SELECT id FROM initiative FOR UPDATE NOWAIT"))
    except StoreUnavailable:
        return True
    return False


def test_what_somebody_has_tampered_with_is_refused(there: Campaign) -> None:
    looked_at = upload(there.owner, to_json(describe(NUMBER)).replace("A quiet sky", "Another sky").encode())
    assert "Save these changes" in looked_at.text

    frozen = save(there.owner, looked_at)

    assert (frozen.status_code, "can no longer change" in problems(frozen)) == (409, True)
    inputs = Page(upload(there.owner, a_draft(registration_number=NUMBER))).inputs("/import/save")
    for content in ("", "{", '{"texts": 1}', "\0"):
        answer = there.owner.client.post(
            "/console/import/save", data=inputs | {"content": content}, content_type="multipart/form-data"
        )
        assert answer.status_code == 422


def test_a_text_that_is_refused_stays_as_it_was_typed(there: Campaign) -> None:
    path = f"/console/texts/{NUMBER}/lv/"
    typed = {"title": "", "objectives": "Mēs lūdzam\r\n\r\nklusas debesis & <ūdeni>.", "website": "x"}

    answer = there.owner.send(path, path, **typed)

    assert (answer.status_code, problems(answer)) == (422, "The title is empty.")
    assert Page(answer).inputs(path)["objectives"].split() == typed["objectives"].split()
    assert "lv" not in there.initiative().texts


def test_a_greek_text_at_its_limits_is_taken_and_a_longer_one_is_refused_in_words(there: Campaign) -> None:
    """In a form each of its letters has six characters."""
    path = f"/console/texts/{NUMBER}/el/"
    longest = {"title": "α" * 500, "objectives": "β" * 10_000, "partial_registration": "γ" * 10_000}

    longer = there.owner.send(path, path, **longest | {"objectives": "β" * 10_001})
    taken = there.owner.send(path, path, **longest)

    assert (longer.status_code, taken.status_code) == (422, 200)
    assert "longer than 10000 characters" in problems(longer)
    assert len(there.initiative().texts["el"].objectives) == 10_000


def test_an_opened_initiatives_text_is_frozen_and_a_further_one_is_added(there: Campaign) -> None:
    path = f"/console/texts/{NUMBER}/"
    page = there.owner.client.get(f"{path}en/")
    assert "frozen" in page.text
    assert not Page(page).tree.xpath("//main//textarea")
    further = there.owner.send(f"{path}de/", f"{path}de/", title="Ruhe", objectives="Ruhe.")
    assert further.status_code == 200
    token = Page(there.owner.client.get(f"{path}fr/")).inputs("/fr/")["csrf_token"]

    sent = {"title": "Other", "objectives": "Other", "csrf_token": token, "after": "1"}
    answer = there.owner.client.post(f"{path}en/", data=sent)

    assert answer.status_code == 409
    assert there.initiative().texts["en"].title == "A quiet sky & <clear> water"
    assert there.initiative().texts["de"].title == "Ruhe"


def test_a_draft_is_previewed_by_who_edits_it_and_seen_by_nobody_else(there: Campaign) -> None:
    number = "2027/000046"
    organiser = there.join("hildegard@initiative.example", HeldRole(Role.OWNER, number))
    save(organiser, upload(organiser, a_draft(registration_number=number, texts={"en": ENGLISH, "de": GERMAN})))

    preview = organiser.client.get(f"/console/texts/{number}/de/preview")

    assert Page(preview).heading == GERMAN.title
    assert "Wir bitten" in preview.text
    links = Page(preview).tree.xpath("//main//a/@href")
    assert {link for link in links if not link.startswith(("#", "http", "mailto:"))} == {f"/console/texts/{number}/de/"}
    assert organiser.client.get(f"/en/initiatives/{number}/").status_code == 404
    assert organiser.client.get(f"/console/texts/{number}/fr/preview").status_code == 404
    assert there.owner.client.get(f"/console/texts/{number}/de/preview").status_code == 403
    assert organiser.client.get(f"/console/texts/{number}/xx/").status_code == 404


def test_the_history_shows_who_changed_which_words(there: Campaign) -> None:
    path = f"{OF['texts'].replace(DRAFT, '2027/000047')}en/"
    organiser = there.join("rosalind@initiative.example", HeldRole(Role.OWNER, "2027/000047"))
    save(organiser, upload(organiser, a_draft(registration_number="2027/000047")))
    organiser.send(path, path, title=ENGLISH.title.replace("quiet", "silent"))

    history = Page(organiser.client.get(f"{path}history"))

    assert [" ".join(found.text_content().split()) for found in history.tree.xpath("//del | //ins")] == [
        "taken out: quiet",
        "put in: silent",
    ]
    assert "Ottoline Invented" in history.words()


def test_an_owner_to_be_is_told_what_to_do_first(there: Campaign) -> None:
    organiser = there.join("ignatius@initiative.example", HeldRole(Role.OWNER, "2027/000048"))

    page = Page(organiser.client.get("/console/"))

    assert "You are to run the initiative 2027/000048, which is not here yet." in page.words()
    assert page.tree.xpath("//main//a/@href").count("/console/import") == 1
