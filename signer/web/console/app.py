"""The console: where organisers, auditors and administrators log on. It lies beside the public pages."""

from flask import Flask

from signer.web.console.addresses import CONSOLE
from signer.web.console.errors import install_console_errors
from signer.web.console.hooks import console_hooks
from signer.web.console.labels.filters import FILTERS
from signer.web.console.limits import LogOnLimits
from signer.web.console.navigation import install_navigation
from signer.web.console.routes import install_routes
from signer.web.console.security import install_security
from signer.web.console.security_texts import install_security_texts
from signer.web.console.sessions import install_log_ons, install_sessions
from signer.web.flask_base import flask_base
from signer.web.limits import PostLimit
from signer.web.site import Site


def create_console(site: Site) -> Flask:
    """Return the console, to be mounted at CONSOLE. Raises MissingSecret or WrongSettings: it never starts half."""
    app = flask_base(site, static=None, domains=("console", "messages"))
    app.config["APPLICATION_ROOT"] = CONSOLE
    # The form token lives as long as the session. There is no referrer to check: our pages send none.
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.jinja_env.filters.update(FILTERS)
    install_sessions(app, site.settings, path=CONSOLE)
    console_hooks(PostLimit(site.settings), LogOnLimits(site.settings)).install(app)
    security = install_security(app, site.settings, site.service.engine)
    install_security_texts(app)
    install_log_ons(app, security)
    install_navigation(app)
    install_console_errors(app)
    install_routes(app)
    return app
