"""Every page of the two applications in every state, brought about once for each process that runs tests."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from signer.sealing.opening import OpeningKey
from signer.web.app import create_app
from tests.web.console.cheap import cheap_log_ons
from tests.web.console.stage import stage
from tests.web.console.states import every_state as every_state_of_console
from tests.web.factories import make_service, make_settings
from tests.web.origins import telling_origins
from tests.web.states import every_state

TEMPLATES = Path(__file__).parents[2] / "templates"


@dataclass(frozen=True)
class Rendered:
    """An application, and its pages by what they are. The application still answers what a page asks for."""

    app: Flask
    states: Mapping[str, TestResponse]


Kept = pytest.StashKey[dict[str, Rendered]]()


def rendered_public(config: pytest.Config) -> Rendered:
    """Return the public pages."""
    return _once(config, "public", _public)


def rendered_console(config: pytest.Config) -> Rendered:
    """Return the pages of the console."""
    return _once(config, "console", _console)


def page_templates(folder: str) -> set[str]:
    """Return the names of the templates in a folder of templates that are whole pages."""
    found = {path.name for path in (TEMPLATES / folder).glob("*.html") if not path.name.startswith("_")}
    return {f"{folder}/{name}" for name in found - {"base.html"}}


def _once(config: pytest.Config, name: str, make: Callable[[], AbstractContextManager[Rendered]]) -> Rendered:
    kept = config.stash.setdefault(Kept, {})
    if name not in kept:
        opened = ExitStack()
        config.add_cleanup(opened.close)
        kept[name] = opened.enter_context(make())
    return kept[name]


@contextmanager
def _public() -> Iterator[Rendered]:
    service = make_service(OpeningKey.generate())
    service.received = {"DE": 37_621, "MT": 4_230, "LU": 4_229}
    with TemporaryDirectory() as folder:
        app = create_app(make_settings(Path(folder)), service)  # type: ignore[arg-type]
        with telling_origins():
            states = every_state(app.test_client(use_cookies=False), service)
        yield Rendered(app, states)


@contextmanager
def _console() -> Iterator[Rendered]:
    with TemporaryDirectory() as folder, stage(Path(folder)) as there:
        # Not while it is kept: other tests of this process hash in earnest.
        with telling_origins(), cheap_log_ons():
            states = every_state_of_console(there)
        yield Rendered(there.app, states)
