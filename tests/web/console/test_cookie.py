"""A session is one cookie, which the console alone gets and no script reads; the public pages know none."""

import zlib
from dataclasses import replace
from http.cookies import Morsel, SimpleCookie

import pytest
from flask import Flask
from flask.sessions import TaggedJSONSerializer
from itsdangerous import base64_decode
from sqlalchemy import select
from werkzeug.test import TestResponse

from signer.accounts.tables import account, account_session
from signer.audit.read import latest_entries
from signer.database import reading
from signer.service.service import Service
from signer.web.app import create_app
from signer.web.console.sessions import COOKIE
from tests.conftest import NUMBER
from tests.web.console.paths import ACCOUNT, CODE, CODES, HOME, LOG_ON, PASSWORD_PAGE, PEOPLE
from tests.web.console.people import Human, another_browser, cookie_of, copied, is_inside

pytestmark = pytest.mark.together

KEPT_NOWHERE = (HOME, PEOPLE, PASSWORD_PAGE, ACCOUNT, CODES, "/console/nonsense")


def set_cookies(answer: TestResponse) -> list[Morsel[str]]:
    """The cookies that an answer sets."""
    found: list[Morsel[str]] = []
    for header in answer.headers.getlist("Set-Cookie"):
        found += SimpleCookie(header).values()
    return found


def content(cookie: str) -> dict[str, object]:
    """What the signed cookie says; anybody who has it can read it."""
    packed = cookie.lstrip(".").split(".")[0]
    raw = base64_decode(packed)
    if cookie.startswith("."):
        raw = zlib.decompress(raw)
    read: dict[str, object] = TaggedJSONSerializer().loads(raw.decode())
    return read


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_cookie_goes_to_the_console_alone_and_no_script_reads_it(app: Flask, scheme: str) -> None:
    answer = app.test_client().get(LOG_ON, base_url=f"{scheme}://support.example")

    (cookie,) = set_cookies(answer)
    assert cookie.key == COOKIE
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/console", True, "Strict")
    assert cookie["domain"] == ""
    assert bool(cookie["secure"]) is (scheme == "https")


@pytest.mark.parametrize(("proxies", "secure"), [(0, False), (1, True)])
def test_behind_a_proxy_of_ours_https_is_what_the_proxy_says_and_nobody_else(
    service: Service, proxies: int, secure: bool
) -> None:
    app = create_app(replace(service.settings, trusted_proxies=proxies), service)

    answer = app.test_client().get(LOG_ON, headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"})

    (cookie,) = set_cookies(answer)
    assert bool(cookie["secure"]) is secure


def test_logging_on_makes_a_new_session_id(person: Human) -> None:
    """A cookie that somebody has put into the browser before is worth nothing to them afterwards."""
    person.log_off()
    planted = another_browser(person)
    planted.client.get(LOG_ON)
    person.client.set_cookie(COOKIE, cookie_of(planted), path="/console")
    half_way = person.give_password()
    before_code = copied(person)

    person.fill(half_way, CODE, code=person.code())

    assert is_inside(person)
    assert not is_inside(planted)
    assert not is_inside(before_code)
    first = content(cookie_of(person))["session_id"]
    person.log_off()
    person.fill(person.give_password(), CODE, code=person.code())
    assert content(cookie_of(person))["session_id"] != first


SAID = {"_permanent", "_fresh", "_id", "_user_id", "csrf_token", "fs_cc", "fs_paa", "session_id", "_flashes"}
"""Marks of the account and of the session, a moment, and sentences of ours that the next page shows."""


def test_the_cookie_tells_nothing_of_the_machine_or_the_person(person: Human) -> None:
    """Signed, not sealed: whoever finds a browser's cookies can read it."""
    said = content(cookie_of(person))

    assert person.email not in repr(said)
    assert set(said) <= SAID
    assert said.get("_id", "") == ""


def test_a_cookie_changed_by_one_letter_opens_nothing(person: Human) -> None:
    value = cookie_of(person)
    for place in (3, len(value) // 2, len(value) - 2):
        forged = another_browser(person)
        letter = "A" if value[place] != "A" else "B"
        forged.client.set_cookie(COOKIE, value[:place] + letter + value[place + 1 :], path="/console")

        assert not is_inside(forged)


def test_nothing_is_kept_of_where_somebody_logs_on_from(person: Human, service: Service) -> None:
    person.log_off()
    person.client.environ_base["REMOTE_ADDR"] = "192.0.2.77"
    person.client.environ_base["HTTP_USER_AGENT"] = "Rare Browser 77"
    person.fill(person.give_password(), CODE, code=person.code())
    assert is_inside(person)

    with reading(service.engine) as connection:
        everything = [
            connection.execute(select(account)).all(),
            connection.execute(select(account_session)).all(),
            [entry.to_json() for entry in latest_entries(connection, 1000)],
        ]

    assert "192.0.2.77" not in repr(everything) + repr(content(cookie_of(person)))
    assert "Rare Browser" not in repr(everything) + repr(content(cookie_of(person)))


# --- the public pages


PUBLIC = [
    "/",
    "/en/",
    f"/en/initiatives/{NUMBER}/",
    f"/en/initiatives/{NUMBER}/support",
    f"/en/initiatives/{NUMBER}/support/DE",
    "/en/privacy",
    "/en/accessibility",
    "/healthz",
    "/.well-known/security.txt",
    "/nonsense",
    "/consolex",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_no_public_page_sets_or_reads_a_cookie(person: Human, app: Flask, path: str) -> None:
    """Not even of somebody who is logged on, whose browser would send it nowhere but to the console."""
    asked = person.client.get(path)
    forced = app.test_client(use_cookies=False).get(path, headers={"Cookie": f"{COOKIE}={cookie_of(person)}"})
    without = app.test_client(use_cookies=False).get(path)

    assert not [answer for answer in (asked, forced, without) if set_cookies(answer)]
    assert COOKIE not in asked.request.headers.get("Cookie", "")
    assert forced.status_code == without.status_code
    assert forced.headers.get("Location") == without.headers.get("Location")
    assert person.email not in forced.text
    assert "Cookie" not in without.headers.get("Vary", "")


def test_signing_sets_no_cookie(person: Human) -> None:
    answer = person.client.post(f"/en/initiatives/{NUMBER}/support/DE/check", data={"first_names": "Klara"})

    assert not set_cookies(answer)
    assert COOKIE not in answer.request.headers.get("Cookie", "")


def test_the_console_is_kept_in_no_cache(person: Human) -> None:
    for path in KEPT_NOWHERE:
        assert person.client.get(path).headers["Cache-Control"] == "no-store", path
    assert another_browser(person).client.get(LOG_ON).headers["Cache-Control"] == "no-store"
