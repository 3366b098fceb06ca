"""What each address under `/api/v1/` answers. All of it is public and made from counts, once for each new count."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from flask import Response, url_for

from signer.initiatives.initiative import Initiative
from signer.publishing.documents import (
    LICENCE,
    Document,
    encoded,
    forecast_document,
    history_document,
    initiative_document,
    tally_document,
)
from signer.publishing.spreadsheets import history_table, tally_table
from signer.web.api_problems import NoForecast
from signer.web.caching import MAX_AGE, public_page, public_rendered
from signer.web.headers import as_file
from signer.web.languages import LANGUAGES
from signer.web.public.current import find_initiative, overview_of
from signer.web.site import site

JSON, CSV = "application/json", "text/csv"
OPENAPI = Path(__file__).with_name("openapi.json")


def index() -> Response:
    """Say what there is, and where it is described."""
    return _json(
        {
            "initiatives": url_for("api.initiatives"),
            "openapi": url_for("api.openapi"),
            "documentation": {language: url_for("public.numbers", language=language) for language in LANGUAGES},
            "licence": LICENCE,
            "ask_again_after_seconds": MAX_AGE,
            "demonstration": _is_demonstration(),
        }
    )


def openapi() -> Response:
    """Describe every address (OpenAPI 3.1)."""
    return public_page(_description(), mimetype=JSON)


def initiatives() -> Response:
    """List the initiatives that have been opened, by registration number."""
    found = site().service.catalogue.initiatives()
    return _json({"initiatives": [_described(each) for each in found]})


def initiative(number: str) -> Response:
    """Say who and when, and where the numbers are."""
    return _json(_described(find_initiative(number)))


def tally(number: str) -> Response:
    """Return where an initiative stands, in all and by Member State."""
    return _of_overview(find_initiative(number), encoded, JSON)


def tally_csv(number: str) -> Response:
    """Return the Member States of the tally as a table."""
    return _of_overview(find_initiative(number), tally_table, CSV)


def history(number: str) -> Response:
    """Return the days of a collection."""
    return _of_history(find_initiative(number), encoded, JSON)


def history_csv(number: str) -> Response:
    """Return the days of a collection as a table."""
    return _of_history(find_initiative(number), history_table, CSV)


def forecast(number: str) -> Response:
    """Return what to expect, if the organisers publish it. Raises NoForecast."""
    found = find_initiative(number)
    newest = site().service.forecast(found) if found.forecast_published else None
    if newest is None:
        raise NoForecast
    made_on, expected = newest
    return _json(forecast_document(found, expected, made_on=made_on))


def _of_overview(found: Initiative, write: Callable[[Document], str], mimetype: str) -> Response:
    overview = overview_of(found)
    rendered = site().rendered_pages.find(
        found,
        f"tally {mimetype}",
        "",
        on=site().service.today(),
        figures=overview,
        render=lambda: write(tally_document(overview, demonstration=_is_demonstration())),
    )
    return _named(public_rendered(rendered, mimetype), "tally", found, mimetype)


def _of_history(found: Initiative, write: Callable[[Document], str], mimetype: str) -> Response:
    on = site().service.today()
    days = site().service.history(found, spare=site().human_check.is_surging())
    rendered = site().rendered_pages.find(
        found,
        f"history {mimetype}",
        "",
        on=on,
        figures=days,
        render=lambda: write(history_document(found, days, on=on)),
    )
    return _named(public_rendered(rendered, mimetype), "history", found, mimetype)


def _described(found: Initiative) -> Document:
    return initiative_document(found, on=site().service.today()) | {"links": _links(found)}


def _links(found: Initiative) -> Mapping[str, object]:
    number = found.path
    names = ("initiative", "tally", "tally_csv", "history", "history_csv", "forecast")
    pages = {"page": "initiative", "milestones": "milestones", "badge": "badge", "embed": "embed"}
    return {
        **{"self" if name == "initiative" else name: url_for(f"api.{name}", number=number) for name in names},
        **{
            name: {lang: url_for(f"public.{endpoint}", number=number, language=lang) for lang in LANGUAGES}
            for name, endpoint in pages.items()
        },
    }


def _named(response: Response, what: str, found: Initiative, mimetype: str) -> Response:
    """Let browsers keep a table under a name that tells what it is."""
    if mimetype == CSV:
        return as_file(response, f"{what}-{found.registration_number.replace('/', '-')}.csv")
    return response


def _json(document: object) -> Response:
    return public_page(encoded(document), mimetype=JSON)


def _is_demonstration() -> bool:
    return site().settings.demonstration


@cache
def _description() -> str:
    return OPENAPI.read_text(encoding="utf-8")
