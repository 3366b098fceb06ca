"""Puts the web application together."""

from pathlib import Path
from types import TracebackType

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from signer.human_check.check import open_human_check
from signer.settings import Settings, read_settings
from signer.web.caching import Shells
from signer.web.check_token import CheckTokens
from signer.web.compression import install_compression
from signer.web.errors import install_errors, log_fault
from signer.web.headers import install_headers
from signer.web.languages import install_languages
from signer.web.limits import install_limits
from signer.web.public.converters import install_converters
from signer.web.public.routes import public
from signer.web.rendering import install_rendering
from signer.web.requests import install_request_checks
from signer.web.service import Service, open_service
from signer.web.sessions import ClosedSessions
from signer.web.static_files import FOLDER, install_static_files

PACKAGE = Path(__file__).parent.parent
TEMPLATES = (PACKAGE / "templates", PACKAGE.parent / "templates")
"""Where the wheel has the templates, and where a checkout has them."""


class Application(Flask):
    """Flask, whose own log of what nobody foresaw would print messages that may hold what was typed."""

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """Log the kind and the place."""
        log_fault(exc_info[1])


def create_app(settings: Settings | None = None, service: Service | None = None) -> Flask:
    """Return the application, ready to serve.

    settings: read from the instance folder and the environment if not given.
    service: opened from the settings if not given.
    Raises SignerError if a setting, a key or the database is missing or wrong: it never starts half.
    """
    settings = settings or read_settings()
    app = Application("signer", static_folder=str(FOLDER), static_url_path="/static")
    app.extensions["signer"] = service or open_service(settings)
    app.extensions["check_tokens"] = CheckTokens(settings.secret("form-token-key"))
    app.extensions["human_check"] = open_human_check(settings)
    app.extensions["shells"] = Shells()
    app.session_interface = ClosedSessions()
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "extensions": ["jinja2.ext.do"]}
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader([str(folder) for folder in TEMPLATES]),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    if settings.trusted_proxies:
        trusted = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)  # type: ignore[method-assign]
    install_languages(app, str(PACKAGE / "translations"))
    install_converters(app)
    install_rendering(app, settings)
    install_compression(app)
    install_static_files(app)
    install_headers(app)
    install_limits(app, settings)
    install_request_checks(app)
    install_errors(app)
    app.register_blueprint(public)
    return app
