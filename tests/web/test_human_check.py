"""The human check on the pages: who has not passed it is asked to, and nothing that was typed is lost."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from signer.human_check import difficulty
from signer.human_check.solve import solve
from signer.human_check.surge import Mode, write_mode
from tests.solved import solved_by
from tests.web.conftest import Get, Post, Solved
from tests.web.factories import DECLARED, KLARA, SUPPORT, FakeService
from tests.web.pages import Page

CHECK, SIGN = f"{SUPPORT}/DE/check", f"{SUPPORT}/DE/sign"
CHECK_PAGE, WAITING_PAGE = "Check your answers and sign", "One moment, please"
Check = Callable[[str, Mapping[str, str]], Page]
Sign = Callable[[str, Page], Page]


def assert_nothing_is_lost(page: Page) -> None:
    """Everything that Klara typed travels on."""
    assert KLARA.items() <= page.inputs("/check").items()


def test_the_challenge_is_never_kept_and_never_the_same(client: FlaskClient) -> None:
    first, second = client.get("/human-check"), client.get("/human-check")

    assert first.headers["Cache-Control"] == "no-store"
    assert first.mimetype == "application/json"
    assert first.get_json()["parameters"]["nonce"] != second.get_json()["parameters"]["nonce"]


def test_the_form_page_is_the_same_for_everybody_and_carries_no_challenge(get: Get) -> None:
    """It is cached: what is single use comes by itself."""
    page = get(f"{SUPPORT}/DE")

    assert page.text == get(f"{SUPPORT}/DE").text
    assert page.value("human_check") == ""
    (place,) = page.tree.xpath("//*[@id='human-check']")
    assert place.get("data-challenge") == "/human-check"
    assert place.xpath(".//*[@role='status']")[0].text_content() == ""


def test_a_solved_challenge_leads_to_the_check_page(client: FlaskClient, post: Post) -> None:
    page = post(CHECK, KLARA | {"human_check": solved_by(client)})

    assert page.status == 200
    assert page.heading == CHECK_PAGE


def test_without_a_script_the_waiting_page_comes_first(post: Post, service: FakeService) -> None:
    page = post(CHECK, KLARA)

    assert page.status == 200
    assert page.heading == WAITING_PAGE
    assert "Please wait 5 seconds, then press Continue." in page.words()
    assert_nothing_is_lost(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert service.store.writes == []


def test_pressing_too_early_asks_for_the_rest_of_the_time(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(difficulty, "WAIT_SECONDS", 60)
    first = post(CHECK, KLARA)

    page = post(CHECK, first.inputs("/check"))

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert page.value("waiting") == first.value("waiting")
    assert int(page.tree.xpath("//*[@id='wait']/@data-seconds")[0]) <= 61
    assert_nothing_is_lost(page)


def test_after_the_wait_the_citizen_signs(
    post: Post, sign: Sign, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difficulty, "WAIT_SECONDS", 0)
    first = post(CHECK, KLARA)
    time.sleep(1)

    checked = post(CHECK, first.inputs("/check"))

    assert checked.heading == CHECK_PAGE
    assert sign("DE", checked).status == 200
    assert len(service.store.writes) == 1


@pytest.mark.parametrize(
    "came",
    [
        {"human_check": "nonsense"},
        {"human_check": "é"},
        {"human_check": "x" * 60_000},
        {"waiting": "nonsense"},
        {"waiting": "é.é"},
        {"human_check": "x", "waiting": "x"},
    ],
    ids=["no solution", "not ASCII", "very long", "no token", "token not ASCII", "both"],
)
def test_a_forgery_gets_a_new_check_and_loses_nothing(
    post: Post, service: FakeService, came: Mapping[str, str]
) -> None:
    page = post(CHECK, KLARA | came)

    assert page.status == 422
    assert page.heading == WAITING_PAGE
    assert page.value("human_check") == ""
    assert page.value("waiting") not in {"", came.get("waiting")}
    assert_nothing_is_lost(page)
    assert service.store.writes == []


def test_an_expired_solution_gets_a_new_check_and_loses_nothing(
    client: FlaskClient, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("signer.human_check.challenges.LIFETIME", -1)
        solution = solved_by(client)

    page = post(CHECK, KLARA | {"human_check": solution})

    assert page.status == 422
    assert "More than twenty minutes have passed" in page.words()
    assert_nothing_is_lost(page)


def test_a_solution_that_two_share_lets_one_statement_in(
    client: FlaskClient, post: Post, sign: Sign, service: FakeService
) -> None:
    shared = {"human_check": solved_by(client)}
    first, second = post(CHECK, KLARA | shared), post(CHECK, KLARA | {"city": "Fürth"} | shared)
    assert sign("DE", first).status == 200

    page = sign("DE", second)

    assert page.status == 422
    assert "with this check of your browser already" in page.words()
    assert page.inputs("/check")["city"] == "Fürth"
    assert page.value("human_check") == ""
    assert len(service.store.writes) == 1


def test_a_waiting_token_that_two_share_lets_one_statement_in(
    post: Post, sign: Sign, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(difficulty, "WAIT_SECONDS", 0)
    waiting = {"waiting": post(CHECK, KLARA).value("waiting")}
    time.sleep(1)
    first, second = post(CHECK, KLARA | waiting), post(CHECK, KLARA | {"city": "Fürth"} | waiting)
    assert sign("DE", first).status == 200

    page = sign("DE", second)

    assert page.status == 422
    assert page.value("waiting") not in {"", waiting["waiting"]}
    assert len(service.store.writes) == 1


def test_the_same_page_sent_again_is_answered_the_same_though_its_check_is_spent(check: Check, sign: Sign) -> None:
    checked = check("DE", KLARA)

    assert sign("DE", checked).text == sign("DE", checked).text


def test_a_check_page_cannot_be_had_without_a_check(post: Post, solved: Solved, service: FakeService) -> None:
    """The token is what signs: without one of a passed check nothing is recorded, whatever else is sent."""
    ready = post(CHECK, solved(KLARA)).inputs("/sign")
    del ready["human_check"]

    for token in ("", "x.y.z"):
        page = post(SIGN, ready | DECLARED | {"token": token})
        assert page.heading == WAITING_PAGE
        assert_nothing_is_lost(page)
    assert service.store.writes == []


def test_a_token_is_bound_to_the_check_it_was_given_for(
    client: FlaskClient, post: Post, sign: Sign, service: FakeService
) -> None:
    """Another solution put beside the token changes nothing: what is spent is what the token names."""
    shared = {"human_check": solved_by(client)}
    first, second = (post(CHECK, KLARA | shared).inputs("/sign") | DECLARED for _ in range(2))
    assert post(SIGN, first).status == 200

    page = post(SIGN, second | {"human_check": solved_by(client)})

    assert page.status == 422
    assert len(service.store.writes) == 1


def test_mistakes_do_not_cost_the_check(client: FlaskClient, post: Post) -> None:
    solution = {"human_check": solved_by(client)}

    asked = post(CHECK, KLARA | {"city": ""} | solution)
    back = post(f"{SUPPORT}/DE", KLARA | solution)

    assert asked.value("human_check") == back.value("human_check") == solution["human_check"]
    assert post(CHECK, asked.inputs("/check") | {"city": "Fürth"}).heading == CHECK_PAGE


def test_in_a_rush_the_work_and_the_wait_grow_before_anybody_is_refused(
    client: FlaskClient, post: Post, tmp_path: Path
) -> None:
    write_mode(tmp_path, Mode.ON)

    page = post(CHECK, KLARA)

    assert page.status == 200
    assert "Please wait 30 seconds" in page.words()
    assert post(CHECK, KLARA | {"human_check": solve(client.get("/human-check").get_json())}).heading == CHECK_PAGE
