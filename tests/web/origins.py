"""Origins of the answers of an application: the endpoint, and the template that is the page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, Response, g, request, request_finished, template_rendered
from jinja2 import Template
from werkzeug.test import TestResponse

ENDPOINT, TEMPLATE = "X-Endpoint", "X-Template"


@dataclass(frozen=True)
class Origin:
    """The endpoint and the template of an answer; empty where there was none, as for a page that is kept rendered."""

    endpoint: str
    template: str


@contextmanager
def telling_origins() -> Iterator[None]:
    """Let every answer of any application tell its origin in two headers, until the block ends."""
    with template_rendered.connected_to(_note_template), request_finished.connected_to(_tell_origin):
        yield


def origin_of(answer: TestResponse) -> Origin:
    """Return where an answer came from that was given while answers told it."""
    return Origin(answer.headers[ENDPOINT], answer.headers[TEMPLATE])


def _note_template(_app: Flask, template: Template, **_context: object) -> None:
    # The last one is the page: what is rendered before it are parts of its text, and mails.
    g.template_of_page = template.name


def _tell_origin(_app: Flask, response: Response) -> None:
    response.headers[ENDPOINT] = request.endpoint or ""
    response.headers[TEMPLATE] = g.get("template_of_page", "")
