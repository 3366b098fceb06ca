"""What a POST must be before a page looks at it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from signer.web.app import create_app
from signer.web.limits import network_of
from tests.cases import every_case
from tests.web.factories import KLARA, SUPPORT, FakeService, make_settings
from tests.web.pages import Page

CHECK = f"{SUPPORT}/DE/check"
FORM = "application/x-www-form-urlencoded"


@every_case(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        # Behind a proxy that does not tell the scheme.
        {"Origin": "https://localhost"},
    ],
    ids=str,
)
def test_forms_of_our_own_pages_are_taken(client: FlaskClient, headers: Mapping[str, str]) -> None:
    assert client.post(CHECK, data=KLARA, headers=headers).status_code == 200


@every_case(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "nonsense"},
    ],
    ids=str,
)
def test_forms_of_other_sites_are_refused(client: FlaskClient, headers: Mapping[str, str]) -> None:
    page = Page(client.post(CHECK, data=KLARA, headers=headers))

    assert page.status == 403
    assert "another website" in page.heading


@every_case(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"", "", 415),
        (b"first_names=x", "text/plain", 415),
        (b"--b\r\n\r\n--b--", "multipart/form-data; boundary=b", 415),
        (b"first_names=x", f"{FORM}; charset=iso-8859-1", 415),
        (b"first_names=%ff", FORM, 400),
        (b"first_names=%ed%a0%80", FORM, 400),
        ("first_names=é".encode(), FORM, 400),
        (b"first_names=a&first_names=b", FORM, 400),
        (b"first_names=a%00b", FORM, 400),
        (b"&".join(b"f%d=x" % number for number in range(200)), FORM, 400),
        (b"first_names=" + b"x" * 65_536, FORM, 413),
        (b"%", FORM, 422),
        (b"=&=", FORM, 400),
        (b"first_names", FORM, 422),
        (b"&&&", FORM, 422),
        (b"first_names=x", f"{FORM}; charset=UTF-8", 422),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_no_browser_sends_gets_a_clear_answer(
    client: FlaskClient, body: bytes, content_type: str, status: int
) -> None:
    response = client.post(CHECK, data=body, content_type=content_type)

    Page(response).assert_sound()
    assert response.status_code == status


def test_the_sixty_first_form_of_a_minute_has_to_wait(client: FlaskClient) -> None:
    statuses = [client.post(CHECK, data=KLARA).status_code for _ in range(60)]
    page = Page(client.post(CHECK, data=KLARA))

    assert set(statuses) == {200}
    assert page.status == 429
    assert page.headers["Retry-After"] == "60"
    assert "wait one minute" in page.words()
    assert client.get(f"{SUPPORT}/DE").status_code == 200
    assert client.post(CHECK, data=KLARA, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


def test_one_network_of_ipv6_counts_as_one(client: FlaskClient) -> None:
    def post(address: str) -> int:
        return client.post(CHECK, data=KLARA, environ_base={"REMOTE_ADDR": address}).status_code

    for number in range(60):
        assert post(f"2001:db8:1:2::{number:x}") == 200

    assert post("2001:db8:1:2:ffff::1") == 429
    assert post("2001:db8:1:3::1") == 200


@every_case(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "20010db800000000/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_addresses_are_counted_by_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.usefixtures("app")
def test_the_address_behind_our_own_proxy_is_the_one_that_counts(service: FakeService, tmp_path: Path) -> None:
    client = create_app(make_settings(tmp_path, trusted_proxies=1), service).test_client()  # type: ignore[arg-type]

    def post(forwarded: str) -> int:
        return client.post(CHECK, data=KLARA, headers={"X-Forwarded-For": forwarded}).status_code

    assert {post(f"203.0.113.{number}") for number in range(70)} == {200}
    assert [post(f"198.51.100.{number}, 203.0.113.200") for number in range(61)][-1] == 429


def test_without_a_proxy_of_ours_nobody_chooses_their_address(client: FlaskClient) -> None:
    statuses = [
        client.post(CHECK, data=KLARA, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
        for number in range(61)
    ]

    assert statuses[-1] == 429


def test_a_counter_that_is_down_keeps_nobody_from_signing(service: FakeService, tmp_path: Path) -> None:
    settings = make_settings(tmp_path, limits_url="redis://127.0.0.1:1/0")
    client = create_app(settings, service).test_client()  # type: ignore[arg-type]

    statuses = [client.post(CHECK, data=KLARA).status_code for _ in range(62)]

    assert statuses[0] == 200
    assert 500 not in statuses
