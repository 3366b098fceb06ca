"""Puts the web application together."""

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from signer.human_check.check import open_human_check
from signer.human_check.check_token import CheckTokens
from signer.service.service import Service, open_service
from signer.settings import Settings, read_settings
from signer.web.api.routes import api
from signer.web.caching import RenderedPages
from signer.web.compression import install_compression
from signer.web.console.addresses import CONSOLE
from signer.web.console.app import create_console
from signer.web.errors import install_errors
from signer.web.flask_base import flask_base
from signer.web.headers import install_headers
from signer.web.limits import install_limits
from signer.web.public.routes import public
from signer.web.requests import install_request_checks
from signer.web.sessions import ClosedSessions
from signer.web.static_files import FOLDER, install_static_files


def create_app(settings: Settings | None = None, service: Service | None = None) -> Flask:
    """Return the application, ready to serve.

    settings: read from the instance folder and the environment if not given.
    service: opened from the settings if not given.
    Raises SignerError if a setting, a key or the database is missing or wrong: it never starts half.
    """
    settings = settings or read_settings()
    service = service or open_service(settings)
    app = flask_base(settings, static=FOLDER, domains=("messages",))
    app.extensions["signer"] = service
    app.extensions["check_tokens"] = CheckTokens(settings.secret("form-token-key"))
    app.extensions["human_check"] = open_human_check(settings)
    app.extensions["rendered_pages"] = RenderedPages()
    app.session_interface = ClosedSessions()
    # An application beside this one: no session, hook or log-on of it is ever near a page that a citizen signs on.
    console = create_console(settings, service)
    console.extensions["human_check"] = app.extensions["human_check"]
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {CONSOLE: console})  # type: ignore[method-assign]
    if settings.trusted_proxies:
        trusted = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)  # type: ignore[method-assign]
    install_compression(app)
    install_static_files(app)
    install_headers(app)
    # Before what counts and checks forms: nobody sends any to these addresses.
    app.register_blueprint(api)
    install_limits(app, settings)
    install_request_checks(app)
    install_errors(app)
    app.register_blueprint(public)
    return app
