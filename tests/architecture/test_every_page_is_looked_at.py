"""Every page is among the states that the accessibility checks load, so that none is forgotten.

Without a browser: what the checks then do with each state, `tests/journeys/axe.py` says.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from signer.web.console.addresses import CONSOLE
from signer.web.console.app import create_console
from signer.web.site import open_site
from tests.conftest import NUMBER
from tests.web.console.stage import Stage, stage
from tests.web.console.standing import OWNER
from tests.web.origins import origin_of
from tests.web.rendered import Rendered, page_templates, rendered_console, rendered_public

pytestmark = pytest.mark.together("pages")

LEADS_ON = {"public.home", "security.wan_delete"}
OPENS_FROM_A_FORM_ONLY = {"public.check_directly", "public.sign_directly", "public.code_file_directly"}
CLOSED = {"security.two_factor_rescue"}
"""To everybody: the library has it, the console does not."""
NEVER_A_PAGE = LEADS_ON | OPENS_FROM_A_FORM_ONLY | CLOSED
VALUES = {"language": "en", "number": NUMBER, "name": "days.csv", "filename": "style.css"}
"""What stands in the address of a file."""


@pytest.fixture(scope="module")
def public(pytestconfig: pytest.Config) -> Rendered:
    """The public pages in every state."""
    return rendered_public(pytestconfig)


@pytest.fixture(scope="module")
def console(pytestconfig: pytest.Config) -> Rendered:
    """The pages of the console in every state."""
    return rendered_console(pytestconfig)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Stage]:
    """A console with a collection, and the public pages beside it."""
    with stage(tmp_path) as opened:
        yield opened


def test_every_template_of_a_page_is_in_some_state(public: Rendered, console: Rendered) -> None:
    assert page_templates("public") - templates_in(public) == set()
    assert page_templates("console") - templates_in(console) == set()


def test_every_public_address_gives_a_page_in_some_state_or_no_page(public: Rendered, there: Stage) -> None:
    assert pages_without_a_state(there.app, there.app.test_client(), public) == []


def test_every_address_of_the_console_gives_a_page_in_some_state_or_no_page(console: Rendered, there: Stage) -> None:
    application = create_console(open_site(there.service.settings, there.service))
    owner = there.join("Ottoline Invented", OWNER)

    assert pages_without_a_state(application, owner.client, console, under=CONSOLE) == []


def test_what_is_said_to_be_no_page_exists(there: Stage) -> None:
    console = create_console(open_site(there.service.settings, there.service))

    assert {rule.endpoint for app in (there.app, console) for rule in read_rules(app)} >= NEVER_A_PAGE


def templates_in(rendered: Rendered) -> set[str]:
    """Return the templates that the states show."""
    return {origin_of(state).template for state in rendered.states.values()}


def read_rules(app: Flask) -> Iterable[Rule]:
    """Return the addresses that can be read."""
    return (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))


def pages_without_a_state(app: Flask, client: FlaskClient, rendered: Rendered, *, under: str = "") -> list[str]:
    """Return the endpoints that show a page, and none in any state."""
    origins = {origin_of(state) for state in rendered.states.values()}
    looked_at = {origin.endpoint for origin in origins if not origin.template.endswith("/error.html")}
    others = [rule for rule in read_rules(app) if rule.endpoint not in looked_at | NEVER_A_PAGE]
    return [rule.endpoint for rule in others if not answers_a_file(client, under + address_of(app, rule))]


def address_of(app: Flask, rule: Rule) -> str:
    """Return the address with values in it."""
    return app.url_map.bind("localhost").build(rule.endpoint, {name: VALUES[name] for name in rule.arguments})


def answers_a_file(client: FlaskClient, address: str) -> bool:
    """Tell whether the address gives no page: neither one of its own, nor one that refuses, nor one that leads on."""
    answer = client.get(address)
    answer.close()
    return answer.mimetype != "text/html"
