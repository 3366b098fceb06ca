"""Site: what the pages of one process work with, the public ones and the console's; put together once at start."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from signer.human_check.check import HumanCheck, open_human_check
from signer.human_check.check_token import CheckTokens
from signer.initiatives.keys import FORM_TOKEN_KEY
from signer.service.service import Service
from signer.settings import Settings
from signer.web.caching import RenderedPages

EXTENSION = "site"


@dataclass(frozen=True)
class Site:
    """settings: of the instance. check_tokens: issue and read what check pages carry. rendered_pages: kept ones."""

    settings: Settings
    service: Service
    check_tokens: CheckTokens
    human_check: HumanCheck
    rendered_pages: RenderedPages


def open_site(settings: Settings, service: Service) -> Site:
    """Return the site of a service. Raises MissingSecret."""
    return Site(
        settings=settings,
        service=service,
        check_tokens=CheckTokens(settings.secret(FORM_TOKEN_KEY)),
        human_check=open_human_check(settings),
        rendered_pages=RenderedPages(),
    )


def site() -> Site:
    """Return the site that the running application serves."""
    return site_of(current_app)


def site_of(app: Flask) -> Site:
    """Return the site that `app` serves."""
    return cast("Site", app.extensions[EXTENSION])
