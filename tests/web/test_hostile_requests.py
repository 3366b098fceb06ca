"""No input that a client can send gives a 500, and none is stored that a citizen has not checked."""

import ipaddress
import itertools
import os
from pathlib import Path
from urllib.parse import quote_from_bytes, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from signer.sealing.opening import OpeningKey
from signer.web.app import create_app
from tests.web.factories import (
    DECLARED,
    ELZBIETA,
    INITIATIVE,
    KLARA,
    MATTHIAS,
    SUPPORT,
    FakeService,
    make_service,
    make_settings,
)

pytestmark = [pytest.mark.together, pytest.mark.slow]


NAMES = [*KLARA, *MATTHIAS, *DECLARED, "token", "code", "confirm", "confirm-postal_code", "confirmed_value-postal_code"]
PATHS = [
    *(f"{SUPPORT}/{code}{step}" for code in ("DE", "AT", "PL", "SE", "xx") for step in ("", "/check", "/sign")),
    f"{INITIATIVE}erase",
    f"{INITIATIVE}code.txt",
    "/",
    "/en/",
]
HOSTILE = [
    "", " ", "\t", "\r\n", "\x00", "\x1b[31m", "\u202e", "\u200d", "\ufeff", "\ud7ff", "\U0010ffff", "İ", "ſ", "ﬁ", "①",
    "²", "٣", "١٢٣", "Ａ", "a\u0301" * 300, "1" * 5_000, "-1", "0", "99999999999999999999", "2026-02-30", "1e9", "NaN",
    "<script>", "{{7*7}}", "{%", "%s%n", "%(x)s", "';--", "../../etc/passwd", "yes", "DE", "EL", "passport", "\\", "😀",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=40).filter(lambda text: text.isprintable()),
    st.text(alphabet=st.characters(codec="utf-8"), max_size=20),
)
FORMS = st.dictionaries(st.one_of(st.sampled_from(NAMES), TEXTS), TEXTS, max_size=12)
REQUESTS = int(os.environ.get("SIGNER_HOSTILE_REQUESTS", "400"))
"""How many in all; the long form asks for more."""
_addresses = itertools.count()


@pytest.fixture(scope="module")
def service() -> FakeService:
    """A service that all requests of this module share."""
    return make_service(OpeningKey.generate())


@pytest.fixture(scope="module")
def client(service: FakeService, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A browser of the shared application."""
    folder: Path = tmp_path_factory.mktemp("instance")
    return create_app(make_settings(folder), service).test_client(use_cookies=False)  # type: ignore[arg-type]


def from_anywhere() -> dict[str, str]:
    """Return an address of its own, so that the limit is not what answers."""
    return {"REMOTE_ADDR": str(ipaddress.IPv4Address(next(_addresses)))}


@settings(max_examples=REQUESTS // 4)
@given(path=st.sampled_from(PATHS), form=FORMS)
def test_any_form_gets_a_clear_answer(
    client: FlaskClient, service: FakeService, path: str, form: dict[str, str]
) -> None:
    body = urlencode(form, errors="surrogatepass")
    response = client.post(
        path, data=body, content_type="application/x-www-form-urlencoded", environ_base=from_anywhere()
    )

    assert response.status_code < 500
    assert "Set-Cookie" not in response.headers
    assert service.store.writes == []


@settings(max_examples=REQUESTS // 4)
@given(
    person=st.sampled_from([("DE", KLARA), ("PL", ELZBIETA), ("AT", MATTHIAS)]),
    changes=st.dictionaries(st.sampled_from([*KLARA, *MATTHIAS]), TEXTS, min_size=1, max_size=3),
    step=st.sampled_from(["check", "sign"]),
)
def test_almost_right_forms_get_a_clear_answer(
    client: FlaskClient, person: tuple[str, dict[str, str]], changes: dict[str, str], step: str
) -> None:
    member_state, typed = person
    response = client.post(
        f"{SUPPORT}/{member_state}/{step}",
        data=urlencode(typed | changes, errors="surrogatepass"),
        content_type="application/x-www-form-urlencoded",
        environ_base=from_anywhere(),
    )

    assert response.status_code in {200, 400, 422}
    assert b"<script>" not in response.data


@settings(max_examples=REQUESTS // 4)
@given(body=st.binary(max_size=200), path=st.sampled_from(PATHS))
def test_any_bytes_get_a_clear_answer(client: FlaskClient, body: bytes, path: str) -> None:
    response = client.post(
        path, data=body, content_type="application/x-www-form-urlencoded", environ_base=from_anywhere()
    )

    assert response.status_code < 500


@settings(max_examples=REQUESTS // 4)
@given(
    method=st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"]),
    start=st.sampled_from(["", "/en", SUPPORT, f"{SUPPORT}/DE", "/static", "/en/initiatives", "/api/v1/initiatives"]),
    rest=st.binary(max_size=20),
    query=st.binary(max_size=20),
    headers=st.dictionaries(
        st.sampled_from(["Accept-Language", "If-None-Match", "If-Modified-Since", "Range", "Host", "Origin", "Cookie"]),
        st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
        max_size=3,
    ),
)
def test_any_address_and_header_gets_a_clear_answer(
    client: FlaskClient, *, method: str, start: str, rest: bytes, query: bytes, headers: dict[str, str]
) -> None:
    path = f"{start}/{quote_from_bytes(rest)}?{quote_from_bytes(query)}&member_state={quote_from_bytes(query)}"
    with client.open(path, method=method, headers=headers, environ_base=from_anywhere()) as response:
        assert response.status_code < 500
        assert "Set-Cookie" not in response.headers
        assert response.headers["Content-Security-Policy"]
