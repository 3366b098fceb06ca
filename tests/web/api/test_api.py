"""The numbers as programs get them: addresses, forms, headers and errors."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient

from signer.database import StoreUnavailable
from signer.initiatives.initiative import InitiativeText, Status
from signer.tallies.history import Day
from tests.web.api.samples import DESCRIPTION, FORECAST
from tests.web.factories import MAY_DAY, NUMBER, FakeService, make_initiative

API = "/api/v1"
HERE = f"{API}/initiatives/{NUMBER}"
READ = ["/", "/openapi.json", "/initiatives", *(f"/initiatives/{NUMBER}{end}" for end in ("", "/tally", "/tally.csv", "/history", "/history.csv", "/forecast"))]  # fmt: skip # noqa: E501


@pytest.fixture
def campaign(service: FakeService) -> FakeService:
    """A collection with everything that can be told of one."""
    service.catalogue.opened = [make_initiative(forecast_published=True)]
    service.received, service.paper = {"DE": 67_679, "MT": 4_230}, {"DE": 1, "SE": 20}
    service.days = (Day(date(2027, 4, 30), 71_000, 21, 71_000, 21), Day(MAY_DAY, 909, 0, 71_909, 21))
    service.expected = (MAY_DAY, FORECAST)
    return service


def described(path: str) -> tuple[str, dict[str, object]]:
    """Return what the description says of an address: the media type and the schema of its answer."""
    found = path.replace(NUMBER, "{year}/{serial}")
    ((mimetype, content),) = DESCRIPTION["paths"][found]["get"]["responses"]["200"]["content"].items()
    schema = content["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return mimetype, {**DESCRIPTION["components"]["schemas"].get(name, schema), "components": DESCRIPTION["components"]}


def closed(schema: object) -> object:
    """Return a schema by which no entry is allowed that it does not name."""
    if isinstance(schema, dict):
        inner = {name: closed(value) for name, value in schema.items()}
        return {**inner, "additionalProperties": False} if "properties" in inner and "required" in inner else inner
    return [closed(each) for each in schema] if isinstance(schema, list) else schema


@pytest.mark.usefixtures("campaign")
@pytest.mark.parametrize("path", READ)
def test_every_address_answers_what_the_description_says(client: FlaskClient, path: str) -> None:
    mimetype, schema = described(path)

    answer = client.get(API + path)

    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    if mimetype == "application/json":
        document = answer.json
        strict = schema if path == "/openapi.json" else closed(schema)
        assert [error.message for error in jsonschema_rs.validator_for(strict).iter_errors(document)] == []


def test_the_description_has_every_address_and_no_other(app: Flask) -> None:
    rules = {rule.rule.removeprefix(API) for rule in app.url_map.iter_rules() if rule.rule.startswith(API)}

    assert {rule.replace("<number:number>", "{year}/{serial}") for rule in rules} == set(DESCRIPTION["paths"])


def test_the_tally_counts_paper_apart_and_against_the_threshold(client: FlaskClient, campaign: FakeService) -> None:
    tally = client.get(f"{HERE}/tally").json
    assert tally

    germany, sweden = (
        next(each for each in tally["member_states"] if each["member_state"] == code) for code in ("DE", "SE")
    )
    assert (germany["received"], germany["paper"], germany["collected"]) == (67_679, 1, 67_680)
    assert germany["threshold"] == 67_680
    assert germany["reached"] is True
    assert sweden["reached"] is False
    assert (tally["received"], tally["paper"], tally["collected"]) == (71_909, 21, 71_930)
    assert tally["member_states_reached"] == 2
    assert tally["days_left"] == (campaign.catalogue.opened[0].collection_end - MAY_DAY).days + 1


def test_member_states_stand_in_the_order_of_protocol_and_initiatives_by_number(
    client: FlaskClient, service: FakeService
) -> None:
    later = make_initiative(id=2, registration_number="2023/000004")
    service.catalogue.opened = [make_initiative(), later]

    listed = client.get(f"{API}/initiatives").json["initiatives"]  # type: ignore[index]
    states = client.get(f"{HERE}/tally").json["member_states"]  # type: ignore[index]

    assert [each["registration_number"] for each in listed] == [NUMBER, "2023/000004"]
    assert [each["member_state"] for each in states][:4] == ["BE", "BG", "CZ", "DK"]
    assert len(states) == 27


@pytest.mark.parametrize(
    ("changes", "day", "state"),
    [
        ({}, MAY_DAY, "collecting"),
        ({}, date(2027, 2, 16), "not_yet_open"),
        ({}, date(2028, 2, 17), "closed"),
        ({"status": Status.PAUSED, "pause_reason": "A storm"}, MAY_DAY, "paused"),
        ({"status": Status.CLOSED}, MAY_DAY, "closed"),
        ({"status": Status.WITHDRAWN}, MAY_DAY, "withdrawn"),
    ],
)
def test_an_initiative_says_whether_it_collects(
    client: FlaskClient, service: FakeService, changes: dict[str, object], day: date, state: str
) -> None:
    service.catalogue.opened, service.day = [make_initiative(**changes)], day

    document = client.get(HERE).json

    assert document
    assert document["state"] == client.get(f"{HERE}/tally").json["state"] == state  # type: ignore[index]
    assert document["pause_reason"] == changes.get("pause_reason", "")


def test_a_forecast_is_shown_only_if_the_organisers_publish_it(client: FlaskClient, campaign: FakeService) -> None:
    published = client.get(f"{HERE}/forecast").json
    campaign.catalogue.opened = [make_initiative(forecast_published=False)]
    kept_back = client.get(f"{HERE}/forecast")
    campaign.catalogue.opened, campaign.expected = [make_initiative(forecast_published=True)], None
    none_yet = client.get(f"{HERE}/forecast")

    assert published
    assert published["chance_of_goal"] == 0.62
    assert published["goal_expected_on"] == "2027-05-30"
    assert (kept_back.status_code, none_yet.status_code) == (404, 404)
    assert "900000" not in kept_back.text


def test_tables_have_the_numbers_of_the_documents(client: FlaskClient, campaign: FakeService) -> None:
    tally = client.get(f"{HERE}/tally.csv")
    history = client.get(f"{HERE}/history.csv")

    assert "DE,Germany,67680,67679,1,67680,true\r\n" in tally.text
    assert tally.text.startswith("member_state,name,threshold,received,paper,collected,reached\r\n")
    assert tally.headers["Content-Disposition"] == 'attachment; filename="tally-2021-000001.csv"'
    assert history.text.endswith("2027-05-01,false,909,0,71909,21,71930\r\n")
    assert len(history.text.splitlines()) == 1 + len(campaign.days)


@pytest.mark.parametrize("path", [path for path in READ if path != "/openapi.json"])
def test_an_unchanged_answer_is_not_sent_again(client: FlaskClient, campaign: FakeService, path: str) -> None:
    first = client.get(API + path)
    etag = first.headers["ETag"]

    again = client.get(API + path, headers={"If-None-Match": etag})

    assert (again.status_code, again.data) == (304, b"")
    for answer in (first, again):
        assert answer.headers["Cache-Control"] == "public, max-age=30"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in answer.headers
    campaign.received = {"DE": 1}
    campaign.days = (*campaign.days, Day(date(2027, 5, 2), 1, 0, 71_910, 21))
    changed = client.get(API + path, headers={"If-None-Match": etag}).status_code
    assert changed == (200 if "/tally" in path or "/history" in path else 304)


@pytest.mark.usefixtures("campaign")
def test_answers_are_sent_compressed(client: FlaskClient) -> None:
    plain, small = client.get(f"{HERE}/tally"), client.get(f"{HERE}/tally", headers={"Accept-Encoding": "gzip"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 3


@pytest.mark.parametrize(
    ("method", "path", "accept", "status"),
    [
        ("GET", "/nothing", "*/*", 404),
        ("GET", "/initiatives/2021/000009", "text/html", 406),
        ("GET", "/initiatives/2021/000009/tally", "*/*", 404),
        ("GET", "/initiatives/21/1", "text/html", 404),
        ("GET", "/initiatives/2021/000001/tally", "text/csv", 406),
        ("GET", "/initiatives/2021/000001/tally.csv", "application/json", 406),
        ("POST", "/initiatives", "*/*", 405),
        ("DELETE", "/", "*/*", 405),
        ("TRACE", "/openapi.json", "*/*", 405),
    ],
)
def test_an_error_is_a_problem_document_and_never_a_page(
    client: FlaskClient, method: str, path: str, accept: str, status: int
) -> None:
    headers = {"Accept": accept, "Sec-Fetch-Site": "cross-site"}

    answer = client.open(API + path, method=method, headers=headers)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = answer.json
    assert problem
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert "/api/v1" in problem["detail"] or status == 405
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    if status == 405:
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_database_that_is_away_is_a_problem_with_a_time_to_wait(client: FlaskClient, service: FakeService) -> None:
    service.catalogue.failure = StoreUnavailable("the database is locked")

    answer = client.get(f"{HERE}/tally")

    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "10"
    assert "locked" not in answer.text


def test_a_fault_of_ours_is_a_problem_that_tells_nothing(client: FlaskClient, service: FakeService) -> None:
    service.catalogue.failure = RuntimeError("something private")

    answer = client.get(f"{API}/initiatives")

    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "private" not in answer.text


def test_scripts_of_every_site_may_ask_with_an_etag(client: FlaskClient) -> None:
    asked = {"Origin": "https://press.example", "Access-Control-Request-Method": "GET"}

    answer = client.options(f"{HERE}/tally", headers=asked | {"Access-Control-Request-Headers": "if-none-match"})

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.data == b""


@pytest.mark.parametrize("path", ["/api/v1", "/api//v1/initiatives"])
def test_other_ways_to_write_an_address_lead_there(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code in {200, 308}
    assert "<" not in answer.text
    assert client.get(path, follow_redirects=True).mimetype == "application/json"


def test_titles_in_every_language_are_told(client: FlaskClient, service: FakeService) -> None:
    texts = {"en": InitiativeText("Quiet", "We ask.", "", ""), "el": InitiativeText("Ησυχία", "Ζητούμε.", "", "")}
    service.catalogue.opened = [replace(service.catalogue.opened[0], texts=texts)]

    document = client.get(HERE).json

    assert document
    assert document["titles"] == {"el": "Ησυχία", "en": "Quiet"}


def test_a_demonstration_says_that_nothing_counts(demonstration: Callable[[], FlaskClient]) -> None:
    client = demonstration()

    for path in ("/", f"/initiatives/{NUMBER}/tally"):
        assert client.get(API + path).json["demonstration"] is True  # type: ignore[index]
