"""The whole journey stays small: for old phones on slow networks, and so that a rush does not bring the service down.

Counted is what crosses the network, headers and compression included. `script_page` fails on any other host, cookie or
storage.
"""

from collections import defaultdict

import pytest
from playwright.sync_api import Page, Request

from tests.journeys.conftest import Site
from tests.journeys.walking import declare_and_sign, go_to_check_page

KILOBYTE = 1000
REQUESTS, TOTAL = 15, 100 * KILOBYTE
EACH_PAGE = 20 * KILOBYTE
BY_KIND = {"stylesheet": 20 * KILOBYTE, "script": 30 * KILOBYTE, "image": 20 * KILOBYTE, "font": 0}


@pytest.mark.parametrize("by_number", [False, True], ids=["Part A", "Part B"])
def test_from_the_initiative_to_the_thanks_page(script_page: Page, guarded_site: Site, *, by_number: bool) -> None:
    requests: list[Request] = []

    def note(request: Request) -> None:
        requests.append(request)

    script_page.on("requestfinished", note)

    go_to_check_page(script_page, guarded_site, by_number=by_number)
    declare_and_sign(script_page)
    script_page.wait_for_load_state("networkidle")

    sizes: dict[str, list[int]] = defaultdict(list)
    for request in requests:
        size = request.sizes()
        crossed = size["responseBodySize"] + size["responseHeadersSize"]
        if crossed:  # what the browser had kept already crosses nothing
            sizes[request.resource_type].append(crossed)
    print(dict(sizes))  # noqa: T201 - shown by pytest beside a failure
    # The worker's own file is among them, or the count would flatter us.
    assert len(sizes["script"]) == 3
    assert len(sizes["fetch"]) == 1
    assert sum(map(len, sizes.values())) < REQUESTS
    assert sum(map(sum, sizes.values())) < TOTAL
    assert max(sizes["document"]) < EACH_PAGE
    for kind, most in BY_KIND.items():
        assert sum(sizes[kind]) <= most, kind


def test_a_form_with_every_mistake_is_still_a_small_page(script_page: Page, guarded_site: Site) -> None:
    """Pages that hold what was typed are not compressed: their length would tell of what is in them."""
    script_page.goto(f"{guarded_site.initiative}support/DE")
    with script_page.expect_response(lambda response: response.url.endswith("/check")) as answer:
        script_page.get_by_role("button", name="Continue").click()

    assert answer.value.status == 422
    assert "content-encoding" not in answer.value.headers
    assert len(answer.value.body()) < 2 * EACH_PAGE
