"""A session is one cookie for the console alone; it ends when it should, wherever a copy of it lies."""

import re
import secrets
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel, SimpleCookie

import pytest
from flask import Flask
from flask.sessions import TaggedJSONSerializer
from itsdangerous import base64_decode
from passlib.totp import TOTP
from sqlalchemy import select
from werkzeug.test import TestResponse

from signer.accounts.log_on import LONGEST_SESSION
from signer.accounts.manage import deactivate, reset_second_factor, take_role
from signer.accounts.tables import account, account_session
from signer.audit.read import latest_entries
from signer.database import reading, writing
from signer.web.app import create_app
from signer.web.console import sessions
from signer.web.console.sessions import COOKIE, IDLE
from signer.web.service import Service
from tests.conftest import NUMBER
from tests.web.console.people import PASSWORD, Human, invited
from tests.web.console.standing import OWNER, another_browser, standing
from tests.web.pages import Page

HOME, LOG_ON, CODE, PEOPLE = "/console/", "/console/log-on", "/console/log-on/code", f"/console/people/{NUMBER}/"
PASSWORD_PAGE = "/console/account/password"
EVIL = "evil.example"
KEPT_NOWHERE = (HOME, PEOPLE, PASSWORD_PAGE, "/console/account", "/console/account/recovery-codes", "/console/nonsense")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Service]]:
    """An application that the tests share."""
    with standing(tmp_path_factory.mktemp("sessions")) as there:
        yield there


@pytest.fixture
def app(place: tuple[Flask, Service]) -> Flask:
    """The application."""
    return place[0]


@pytest.fixture
def service(place: tuple[Flask, Service]) -> Service:
    """Its service."""
    return place[1]


@pytest.fixture
def person(app: Flask, service: Service) -> Human:
    """Somebody whom no other test knows, logged on."""
    human = invited(app, service, f"{secrets.token_hex(6)}@initiative.example", OWNER)
    human.forget_codes(service)
    return human


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves every clock by which sessions end to so much later than now."""
    moved = [timedelta(0)]
    clock = time.time

    class Later(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override] # always with an offset
            return datetime.now(UTC) + moved[0]

    monkeypatch.setattr(sessions, "datetime", Later)
    monkeypatch.setattr(time, "time", lambda: clock() + moved[0].total_seconds())
    monkeypatch.setattr(TOTP, "now", staticmethod(lambda: clock() + moved[0].total_seconds()))

    def later(by: timedelta) -> None:
        moved[0] += by

    return later


def is_inside(human: Human) -> bool:
    """Whether the browser is let in to the first page."""
    return human.client.get(HOME).status_code == 200


def cookie_of(human: Human) -> str:
    """What stands in the browser's cookie."""
    kept = human.client.get_cookie(COOKIE, path="/console")
    assert kept
    return kept.value


def copied(human: Human) -> Human:
    """A browser that somebody has given a copy of the cookie."""
    thief = another_browser(human)
    thief.client.set_cookie(COOKIE, cookie_of(human), path="/console")
    return thief


def number_of(service: Service, human: Human) -> int:
    with reading(service.engine) as connection:
        number = connection.scalar(select(account.c.id).where(account.c.email == human.email))
    assert number
    return number


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


# --- the cookie


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


# --- how it ends


def test_a_copy_of_the_cookie_opens_nothing_after_logging_off(person: Human) -> None:
    thief = copied(person)
    assert is_inside(thief)

    person.log_off()

    assert not is_inside(person)
    assert not is_inside(thief)
    assert thief.client.get("/console/account").status_code == 302


def shut_out(service: Service, human: Human) -> None:
    with writing(service.engine) as connection:
        deactivate(connection, service.settings, number_of(service, human), actor="command:test")


def reset(service: Service, human: Human) -> None:
    with writing(service.engine) as connection:
        reset_second_factor(connection, service.settings, number_of(service, human), actor="command:test")


def change_password_elsewhere(service: Service, human: Human) -> None:
    elsewhere = another_browser(human)
    human.forget_codes(service)
    elsewhere.log_on()
    change_password(elsewhere)
    assert is_inside(elsewhere)


def change_password(human: Human) -> None:
    new = "nine brown paper kites"
    human.send(PASSWORD_PAGE, PASSWORD_PAGE, password=PASSWORD, new_password=new, new_password_confirm=new)
    human.password = new


@pytest.mark.parametrize("happens", [shut_out, reset, change_password_elsewhere])
def test_a_session_ends_at_once_when_the_account_is_secured(
    person: Human, service: Service, happens: Callable[[Service, Human], None]
) -> None:
    """What is done because somebody else may be logged on must log them off."""
    thief = copied(person)

    happens(service, person)

    assert not is_inside(person)
    assert not is_inside(thief)


@pytest.mark.parametrize("happens", [shut_out, reset, change_password_elsewhere])
def test_a_log_on_that_has_got_half_way_ends_too(
    person: Human, service: Service, happens: Callable[[Service, Human], None]
) -> None:
    thief = another_browser(person)
    waiting = thief.give_password()

    happens(service, person)
    thief.client.post(CODE, data=Page(waiting).inputs(CODE) | {"code": thief.code()})

    assert not is_inside(thief)


def test_who_changes_the_password_stays_logged_on_and_nobody_else(person: Human) -> None:
    thief = copied(person)

    change_password(person)

    assert is_inside(person)
    assert not is_inside(thief)


def test_a_role_that_is_taken_opens_nothing_from_the_next_click_on(person: Human, service: Service) -> None:
    assert person.client.get(PEOPLE).status_code == 200

    with writing(service.engine) as connection:
        take_role(connection, service.settings, number_of(service, person), OWNER, actor="command:test")

    assert person.client.get(PEOPLE).status_code == 403


def test_half_an_hour_without_a_click_ends_it(person: Human, pass_time: Callable[[timedelta], None]) -> None:
    assert timedelta(minutes=30) == IDLE
    pass_time(IDLE - timedelta(seconds=5))
    assert is_inside(person)

    pass_time(IDLE - timedelta(seconds=5))
    assert is_inside(person)

    pass_time(IDLE + timedelta(seconds=5))
    assert not is_inside(person)


def test_the_page_that_keeps_somebody_logged_on_does_so(person: Human, pass_time: Callable[[timedelta], None]) -> None:
    """It is what the warning's button opens."""
    for _ in range(3):
        pass_time(IDLE - timedelta(seconds=5))
        assert person.client.get("/console/session").status_code == 200

    assert is_inside(person)


def test_a_page_warns_before_the_session_ends_and_says_when(person: Human) -> None:
    page = Page(person.client.get(HOME))

    assert page.tree.xpath("//*[@data-session-seconds]/@data-session-seconds") == ["1800"]
    assert "you are logged off at" in page.words()


def test_after_twelve_hours_the_busiest_logs_on_again(person: Human, pass_time: Callable[[timedelta], None]) -> None:
    clicks = 0
    step = IDLE - timedelta(minutes=1)
    while is_inside(person):
        pass_time(step)
        clicks += 1
        assert clicks < 30

    assert (clicks - 1) * step < LONGEST_SESSION <= clicks * step


def test_the_last_log_ons_are_shown(person: Human, pass_time: Callable[[timedelta], None], service: Service) -> None:
    first = Page(person.client.get(HOME)).words("//dl[contains(@class, 'facts')]")
    assert "The time before never" in first
    person.log_off()
    pass_time(timedelta(days=3))
    person.forget_codes(service)

    person.log_on()

    found = re.search(r"Logged on (.+) The time before (.+)", Page(person.client.get(HOME)).words("//dl"))
    assert found
    assert found[2] in first
    assert found[1] != found[2]


def test_nobody_is_logged_off_by_a_link_or_a_form_of_somebody_else(person: Human) -> None:
    assert person.client.get("/console/log-off").status_code == 405
    assert person.client.post("/console/log-off", data={"submit": "y"}).status_code == 400

    assert is_inside(person)


# --- what was typed


def test_what_was_typed_survives_the_end_of_a_session(person: Human, service: Service) -> None:
    form = Page(person.client.get(PEOPLE)).inputs(PEOPLE)
    typed = form | {"email": "neu@initiative.example", "role": "reader", "note": '<b>ü & "quoted"</b>\n two lines'}
    person.log_off()

    kept = person.client.post(PEOPLE, data=typed)

    assert kept.status_code == 401
    page = Page(kept)
    page.assert_sound()
    held = page.inputs(PEOPLE)
    assert {name: held[name] for name in ("email", "role")} == {"email": "neu@initiative.example", "role": "reader"}
    assert held["note"].replace("\r\n", "\n") == typed["note"]
    # As the page says: log on in another tab, come back, send it again.
    person.fill(person.give_password(), CODE, code=person.code())
    sent = person.client.post(PEOPLE, data=held)
    assert sent.status_code == 200
    assert "neu@initiative.example" in sent.text


@pytest.mark.parametrize("path", [PASSWORD_PAGE, "/console/password-again"])
def test_a_password_is_not_kept_on_the_page(app: Flask, path: str) -> None:
    """The next one at this screen would find it in the page's source."""
    names = ("password", "new_password", "new_password_confirm", "password_again")
    answer = app.test_client().post(path, data={name: f"secret of {name}" for name in names} | {"other": "kept"})

    assert answer.status_code == 401
    assert "secret of" not in answer.text
    assert Page(answer).inputs(path)["other"] == "kept"


def test_who_opens_a_page_without_a_session_comes_back_to_it_after_logging_on(person: Human) -> None:
    person.log_off()

    asked = person.client.get(f"{PEOPLE}?a=1", follow_redirects=True)
    code = person.fill(asked, LOG_ON, email=person.email, password=person.password)
    inside = person.fill(code, CODE, code=person.code())

    # The test's browser sends what the form's address says, and the form of the code has the way in its address.
    (action,) = [form.get("action") for form in Page(code).tree.forms if CODE in str(form.get("action"))]
    assert "next=" in action
    assert inside.status_code == 200


# --- where a log-on leads


OUTSIDE = [
    f"//{EVIL}",
    f"///{EVIL}",
    f"////{EVIL}",
    f"https://{EVIL}",
    f"HTTPS://{EVIL}/",
    f"http:{EVIL}",
    f"http:/{EVIL}",
    f"http:///{EVIL}",
    f"\\\\{EVIL}",
    f"/\\{EVIL}",
    f"\\/{EVIL}",
    f"/\t/{EVIL}",
    f"\t//{EVIL}",
    f" //{EVIL}",
    f"\r\n//{EVIL}",
    f"\x00//{EVIL}",
    f"javascript:alert(1)//{EVIL}",
    "data:text/html,hello",
    f"http://localhost//{EVIL}/",
    f"http://localhost/\\{EVIL}",
    f"http://localhost@{EVIL}/console/",
    f"http://localhost.{EVIL}/console/",
    f"http://localhost:80//{EVIL}",
    "http://[::1",
    f"/console\\..\\..\\{EVIL}",
    f"/consoles.{EVIL}",
    f"/%2f{EVIL}",
    "/en/",
]


def leads_outside(location: str) -> bool:
    """Whether a browser would leave the console by this address; as lenient as browsers are."""
    plain = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    return EVIL in plain.removeprefix("/console") or not plain.startswith(("/console", "http://localhost/console"))


@pytest.fixture(scope="module")
def traveller(place: tuple[Flask, Service]) -> Human:
    """Somebody who logs on by one link after the other."""
    return invited(*place, "traveller@initiative.example", OWNER)


@pytest.mark.parametrize("where", ["query", "form"])
@pytest.mark.parametrize("target", OUTSIDE)
def test_a_log_on_leads_to_no_other_site_whatever_its_link_says(
    traveller: Human, service: Service, target: str, where: str
) -> None:
    """Somebody who has just logged on believes the page that comes next, and what it asks for."""
    person = traveller
    person.forget_codes(service)
    person.client.delete_cookie(COOKIE, path="/console")
    asked = person.client.get(LOG_ON)
    typed = Page(asked).inputs(LOG_ON) | {"email": person.email, "password": person.password}
    query = {"next": target} if where == "query" else {}
    given = person.client.post(LOG_ON, query_string=query, data=typed | ({"next": target} if where == "form" else {}))
    assert not leads_outside(given.headers.get("Location", HOME))

    honest = person.give_password()
    ended = person.client.post(
        CODE,
        query_string=query,
        data=Page(honest).inputs(CODE) | {"code": person.code()} | ({"next": target} if where == "form" else {}),
    )

    assert not leads_outside(ended.headers.get("Location", HOME))
    assert ended.status_code in {302, 400}


@pytest.mark.parametrize("target", [f"//{EVIL}", f"http://localhost//{EVIL}/", f"\\\\{EVIL}", "https://" + EVIL])
def test_no_other_page_of_the_log_on_leads_outside_either(person: Human, target: str) -> None:
    answers = [
        person.client.post(
            path,
            query_string={"next": target},
            data={"csrf_token": token_of(person), "password": person.password, "next": target},
        )
        for path in ("/console/password-again", PASSWORD_PAGE, "/console/log-off")
    ]

    assert not [answer for answer in answers if leads_outside(answer.headers.get("Location", HOME))]


def token_of(human: Human) -> str:
    return Page(human.client.get(HOME)).inputs("/log-off")["csrf_token"]


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
