"""A log-on leads to no other site, whatever its link or its form says."""

import re

import pytest
from flask import Flask

from signer.service.service import Service
from signer.web.console.sessions import COOKIE
from tests.cases import every_case
from tests.web.console.paths import AGAIN, CODE, HOME, LOG_ON, PASSWORD_PAGE
from tests.web.console.people import Human, invited, token_of
from tests.web.console.standing import OWNER
from tests.web.pages import Page

pytestmark = [pytest.mark.together, pytest.mark.slow]


EVIL = "evil.example"


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
def traveller(shared: tuple[Flask, Service]) -> Human:
    """Somebody who logs on by one link after the other."""
    return invited(*shared, "traveller@initiative.example", OWNER)


@every_case("where", ["query", "form"])
@every_case("target", OUTSIDE)
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
        for path in (AGAIN, PASSWORD_PAGE, "/console/log-off")
    ]

    assert not [answer for answer in answers if leads_outside(answer.headers.get("Location", HOME))]
