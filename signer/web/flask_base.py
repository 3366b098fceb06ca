"""Common base of the public pages and the console as Flask applications. They share no session and no hook."""

from pathlib import Path
from types import TracebackType

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader

from signer.web.errors import log_fault
from signer.web.languages import install_languages
from signer.web.public.converters import install_converters
from signer.web.rendering import install_rendering
from signer.web.requests import MAX_BYTES
from signer.web.site import EXTENSION, Site

PACKAGE = Path(__file__).parent.parent
TEMPLATES = (PACKAGE / "templates", PACKAGE.parent / "templates")
"""Where the wheel has the templates, and where a checkout has them."""


class QuietFlask(Flask):
    """Flask, whose own log of what nobody foresaw would print messages that may hold what was typed."""

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """Log the kind and the place."""
        log_fault(exc_info[1])


def flask_base(site: Site, *, static: Path | None, domains: tuple[str, ...]) -> QuietFlask:
    """Return an application without pages: templates, languages, registration numbers in addresses.

    static: the folder that it serves under /static. domains: the catalogues that its texts are looked up in.
    """
    app = QuietFlask("signer", static_folder=str(static) if static else None, static_url_path="/static")
    app.extensions[EXTENSION] = site
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "extensions": ["jinja2.ext.do"]}
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader([str(folder) for folder in TEMPLATES]),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    install_languages(app, str(PACKAGE / "translations"), domains)
    install_converters(app)
    install_rendering(app, site.settings)
    return app
