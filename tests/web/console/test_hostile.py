"""Whatever is sent to the console, by a stranger or by somebody who is logged on, gets a clear answer and no fault."""

import logging
import os
from collections.abc import Iterator
from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from signer.accounts.queries import read_accounts
from signer.accounts.tables import account
from signer.database import StoreUnavailable, reading
from signer.web.console import current, home, imports, texts
from signer.web.console.app import create_console
from signer.web.console.guards import guard_of
from signer.web.requests import FORM, MAX_BYTES
from signer.web.site import open_site
from tests.cases import every_case
from tests.conftest import NUMBER
from tests.web.console.people import PASSWORD, Human, invite_by_command, new_email
from tests.web.console.place import ANONYMOUS, HELD, WHO, Place, opened_place
from tests.web.pages import Page

pytestmark = [pytest.mark.together, pytest.mark.slow]

REQUESTS = int(os.environ.get("SIGNER_HOSTILE_REQUESTS", "200")) // 3
"""How many of each kind; the long form asks for more."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two initiatives, a frozen batch, and people, all of whom are still logged on when everything is over."""
    with opened_place(tmp_path_factory.mktemp("hostile")) as opened:
        yield opened


HOSTILE = [
    "", " ", "\t", "\r\n", "\x00", "\x1b[31m", "\u202e", "\u200d", "\ufeff", "\ud7ff", "\U0010ffff", "İ", "ſ", "ﬁ", "①",
    "²", "٣", "１", "a\u0301" * 300, "1" * 5_000, "-1", "0", "1", "2147483648", "9" * 20, "2026-02-30", "0001-01-01",
    "9999-12-31", "1e9", "NaN", "true", "null", "[]", "{}", "[" * 3_000, "<script>alert(1)</script>", "{{7*7}}", "{%",
    "%s%n", "%(x)s", "';--", '" onload="x', "../../etc/passwd", "yes", "y", "DE", "EL", "owner", "administrator",
    "authenticator", "disable", "sms", "webauthn", "//evil.example", "https://evil.example", "a@b.example", "x" * 3_000,
    "\\", "😀", "000000", PASSWORD,
]  # fmt: skip
NAMES = [
    "csrf_token", "email", "password", "new_password", "new_password_confirm", "password_again", "next", "remember",
    "code", "setup", "phone", "which", "credential", "name", "usage", "token", "role", "account", "member_state",
    "until", "final", "reason", "recipient", "digest", "received_on", "reference", "issued_on", "valid_online",
    "valid_paper", "invalid_duplicate", "submit", "refresh_token", "identity", "show_codes", "before", "verify",
]  # fmt: skip
QUERIES = ["next", "token", "before", "verify", "show_codes", "x"]
HEADERS = ["Accept", "Accept-Language", "Range", "If-Range", "Host", "Origin", "Authorization", "X-Requested-With"]
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
FORMS = st.dictionaries(st.one_of(st.sampled_from(NAMES), TEXTS), TEXTS, max_size=10)


def is_clear(answer: TestResponse) -> None:
    """Check what holds for every answer: no fault of ours, nothing of its inside, nothing typed that runs."""
    text = answer.get_data().decode("utf-8", "replace")
    assert answer.status_code < 500, (answer.request.method, answer.request.path, text[:300])
    assert "Traceback" not in text
    assert "<script>alert" not in text
    assert 'onload="x' not in text
    assert "evil.example" not in answer.headers.get("Location", "").partition("?")[0]
    assert answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store" or answer.mimetype == "application/zip"


def send(place: Place, who: str, path: str, body: bytes | str, **headers: str) -> TestResponse:
    return place.client(who).post(path, data=body, content_type=FORM, headers=headers)


@settings(max_examples=REQUESTS)
@given(data=st.data(), who=st.sampled_from(WHO), form=FORMS)
def test_any_form_gets_a_clear_answer(place: Place, data: st.DataObject, who: str, form: dict[str, str]) -> None:
    path = data.draw(st.sampled_from(place.paths("POST", odd=True)))
    body = urlencode({"csrf_token": place.tokens.get(who, "")} | form, errors="surrogatepass")

    is_clear(send(place, who, path, body))


@settings(max_examples=REQUESTS)
@given(data=st.data(), who=st.sampled_from(WHO), body=st.binary(max_size=200))
def test_any_bytes_get_a_clear_answer(place: Place, data: st.DataObject, who: str, body: bytes) -> None:
    path = data.draw(st.sampled_from(place.paths("POST", odd=True)))
    token = urlencode({"csrf_token": place.tokens.get(who, "")}).encode()

    is_clear(send(place, who, path, token + b"&" + body))


@settings(max_examples=REQUESTS)
@given(
    data=st.data(),
    who=st.sampled_from(WHO),
    query=st.one_of(
        st.binary(max_size=30).map(quote_from_bytes),
        st.dictionaries(st.sampled_from(QUERIES), TEXTS).map(lambda found: urlencode(found, errors="surrogatepass")),
    ),
    headers=st.dictionaries(
        st.sampled_from(HEADERS),
        st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
        max_size=3,
    ),
)
def test_any_query_and_header_gets_a_clear_answer(
    place: Place, data: st.DataObject, who: str, query: str, headers: dict[str, str]
) -> None:
    path = data.draw(st.sampled_from(place.paths("GET", odd=True)))
    # A copy of the cookie: one for another host would not be sent there.
    cookie = place.people[who].client.get_cookie("console", path="/console") if who in place.people else None
    client = place.app.test_client(use_cookies=False)
    given_headers = headers | ({"Cookie": f"console={cookie.value}"} if cookie else {})

    with client.get(f"{path}?{query}", headers=given_headers) as answer:
        is_clear(answer)


@every_case("who", WHO)
def test_every_page_opens_or_refuses_with_each_odd_text_in_its_address(place: Place, who: str) -> None:
    for path in place.paths("GET", odd=True):
        with place.client(who).get(path) as answer:
            is_clear(answer)
    for odd in ("%", "%zz", "%ff", "//", "/.", "/..", "/%2e%2e/", "/%00", ";a=b", "?" * 3):
        is_clear(place.client(who).get(f"/console/{odd}"))


# --- forms that are not ours


POSTS = ("missing", "wrong", "of somebody else", "of an earlier session")


@every_case("who", WHO)
@every_case("token", POSTS)
def test_a_form_without_the_token_of_this_very_session_changes_nothing(place: Place, who: str, token: str) -> None:
    """Forms of other sites come with the cookie in old browsers; they cannot know the token."""
    others = place.tokens["editor" if who != "editor" else "reader"]
    stranger = Page(place.app.test_client().get("/console/log-on")).inputs("/log-on")["csrf_token"]
    sent = {"missing": {}, "wrong": {"csrf_token": "x" * 40}, "of somebody else": {"csrf_token": others}}
    body = urlencode(sent.get(token, {"csrf_token": stranger}) | {"x": "y"})
    before = everything(place)

    statuses = {path: send(place, who, path, body).status_code for path in place.paths("POST")}

    # Whoever may not open the page at all is told so first: 302, 401 or 403.
    assert set(statuses.values()) <= {400, 401, 403, 302}
    assert {path for path, status in statuses.items() if status == 400} == place.open_to(who)
    assert everything(place) == before


def everything(place: Place) -> list[object]:
    with reading(place.service.engine) as connection:
        return [*read_accounts(connection), connection.execute(select(account)).all()]


@every_case("who", WHO)
def test_a_form_of_another_site_is_refused_whoever_sits_at_the_browser(place: Place, who: str) -> None:
    body = urlencode({"csrf_token": place.tokens.get(who, "")})

    for path in [*place.paths("POST"), "/console/log-off"]:
        assert send(place, who, path, body, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


@every_case(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8080"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_a_form_of_another_site_is_refused_even_with_the_right_token(place: Place, headers: dict[str, str]) -> None:
    body = urlencode({"csrf_token": place.tokens["owner"]})

    statuses = {send(place, "owner", path, body, **headers).status_code for path in place.paths("POST")}

    assert statuses == {403}


TAKES_FILES = "/console/import"
"""The one place that takes a form with a file."""
LARGE = {TAKES_FILES: imports.MOST_BYTES, "/console/texts/": texts.MOST_BYTES}
"""Places whose forms may be larger than others."""


@every_case("who", WHO)
def test_only_a_plain_form_of_fair_size_is_read(place: Place, who: str) -> None:
    client, token = place.client(who), place.tokens.get(who, "")
    for path in place.paths("POST"):
        assert client.post(path, json={"csrf_token": token}).status_code == 415
        if not path.startswith(TAKES_FILES):
            assert client.post(path, data={"csrf_token": token, "file": (b"", "x")}).status_code == 415
        assert client.post(path, data=b"x", content_type=f"{FORM}; charset=utf-16").status_code == 415
        most = next((limit for start, limit in LARGE.items() if path.startswith(start)), MAX_BYTES)
        assert send(place, who, path, "x=" + "y" * most).status_code == 413


@every_case("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "CONNECT"])
def test_no_other_method_does_anything(place: Place, method: str) -> None:
    for path in {*place.paths("GET"), *place.paths("POST")}:
        with place.client("owner").open(path, method=method) as answer:
            assert answer.status_code in {404, 405}, path
            is_clear(answer)


# --- people who are not what they say


NAMES_OF_PEOPLE = {
    "a name": "a name",
    "  spaces   inside ": "spaces inside",
    "nul\x00 and bell\x07": "nul and bell",
    "two\r\nlines": "two lines",
    "turned \u202eround": "turned round",
    "<b>bold</b>": "<b>bold</b>",
    "Łucja Żółć": "Łucja Żółć",
}


@every_case("typed", NAMES_OF_PEOPLE)
def test_a_name_that_others_will_read_breaks_no_line_and_turns_no_text(place: Place, typed: str) -> None:
    email = new_email()

    answer = accept_as(place, email, typed)

    assert answer.status_code == 200
    with reading(place.service.engine) as connection:
        assert connection.scalar(select(account.c.name).where(account.c.email == email)) == NAMES_OF_PEOPLE[typed]
    people = place.client("owner").get(f"/console/people/{NUMBER}/")
    assert "<b>bold" not in people.text


@every_case("typed", ["", "   ", "\x00", "\u202e\u200d", "x" * 201])
def test_a_name_that_nobody_could_read_is_asked_for_again(place: Place, typed: str) -> None:
    answer = accept_as(place, new_email(), typed)

    assert answer.status_code == 422
    assert "name" in Page(answer).problems()


def accept_as(place: Place, email: str, name: str) -> TestResponse:
    token = invite_by_command(place.service, email, HELD["reader"])
    return Human(place.app, email).accept(token, name)


# --- faults of ours


def test_a_fault_of_ours_tells_nothing_of_the_inside_nor_of_what_was_typed(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("ottoline typed: a secret")

    monkeypatch.setattr(home, "my_initiatives", fail)

    with caplog.at_level(logging.DEBUG):
        answer = place.client("owner").get("/console/?typed=secret")

    assert answer.status_code == 500
    page = Page(answer)
    page.assert_sound()
    assert "Traceback" not in page.text
    assert "secret" not in page.text + caplog.text
    assert "RuntimeError" in caplog.text
    assert "RuntimeError" not in page.text


@every_case("who", WHO)
def test_without_its_database_the_console_says_so(place: Place, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    def fail(_engine: object) -> None:
        raise StoreUnavailable("the database could not be used (OperationalError)")

    monkeypatch.setattr("signer.web.console.sessions.reading", fail)
    monkeypatch.setattr(current, "reading", fail)
    monkeypatch.setattr("signer.web.console.invitation.reading", fail)
    path = "/console/account" if who != ANONYMOUS else "/console/invitation?token=x"

    answer = place.client(who).get(path)

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "OperationalError" not in answer.text


def test_every_address_that_takes_a_form_was_tried(place: Place) -> None:
    """The lists above are made from the application itself: they must not have come out empty."""
    console = create_console(open_site(place.service.settings, place.service))

    assert len(place.paths("POST")) >= 20
    assert len(place.paths("GET")) >= 20
    assert all(guard_of(console, rule.endpoint) for rule in place.rules)
