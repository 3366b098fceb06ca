"""Puts the console together: where organisers, auditors and administrators log on. It lies beside the public pages."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from signer.service.service import Service
from signer.settings import Settings
from signer.web.console.addresses import CONSOLE
from signer.web.console.errors import install_console_errors
from signer.web.console.guards import install_guards
from signer.web.console.labels.audit import install_words
from signer.web.console.labels.numbers import install_words_of_numbers
from signer.web.console.limits import install_log_on_limits
from signer.web.console.navigation import install_navigation
from signer.web.console.routes import install_routes
from signer.web.console.security import GUARDS, install_security
from signer.web.console.security_texts import install_security_texts
from signer.web.console.sessions import install_log_ons, install_sessions
from signer.web.flask_base import flask_base
from signer.web.headers import install_console_headers
from signer.web.limits import install_limits
from signer.web.requests import install_request_checks
from signer.web.static_files import point_to_static_files


def create_console(settings: Settings, service: Service) -> Flask:
    """Return the console, to be mounted at CONSOLE. Raises MissingSecret or WrongSettings: it never starts half."""
    app = flask_base(settings, static=None, domains=("console", "messages"))
    app.extensions.update(signer=service, signer_settings=settings)
    app.config["APPLICATION_ROOT"] = CONSOLE
    # The form token lives as long as the session. There is no referrer to check: our pages send none.
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    install_sessions(app, settings, path=CONSOLE)
    # First what costs nothing and needs nobody to be known, then who may, then whether the form is ours.
    install_request_checks(app)
    install_limits(app, settings)
    install_guards(app, GUARDS)
    CSRFProtect(app)
    security = install_security(app, settings, service.engine)
    install_security_texts(app)
    install_log_on_limits(app, settings)
    install_log_ons(app, security)
    install_navigation(app)
    install_words(app)
    install_words_of_numbers(app)
    point_to_static_files(app)
    install_console_headers(app)
    install_console_errors(app)
    install_routes(app)
    return app
