"""The WSGI application: the public pages and the interface for programs, with the console beside them."""

from wsgiref.types import WSGIApplication

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from signer.service.service import Service, open_service
from signer.settings import Settings, read_settings
from signer.web.api.hooks import open_to_all, refuse_other_methods, require_acceptable
from signer.web.api.routes import api
from signer.web.compression import compress
from signer.web.console.addresses import CONSOLE
from signer.web.console.app import create_console
from signer.web.errors import install_errors
from signer.web.flask_base import flask_base
from signer.web.headers import with_headers
from signer.web.hooks import Hooks
from signer.web.limits import PostLimit
from signer.web.public.routes import public
from signer.web.requests import check_post
from signer.web.sessions import ClosedSessions
from signer.web.site import Site, open_site
from signer.web.static_files import FOLDER, keep_when_current


def create_app(settings: Settings | None = None, service: Service | None = None) -> Flask:
    """Return the application, ready to serve.

    settings: read from the instance folder and the environment if not given.
    service: opened from the settings if not given.
    Raises SignerError if a setting, a key or the database is missing or wrong: it never starts half.
    """
    settings = settings or read_settings()
    site = open_site(settings, service or open_service(settings))
    app = _public_pages(site)
    # An application beside this one: no session, hook or log-on of it is ever near a page that a citizen signs on.
    served: WSGIApplication = DispatcherMiddleware(app.wsgi_app, {CONSOLE: create_console(site)})
    if settings.trusted_proxies:
        served = ProxyFix(served, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)
    app.wsgi_app = with_headers(served)  # type: ignore[method-assign, assignment] # Flask's own way to wrap it
    return app


def _public_pages(site: Site) -> Flask:
    app = flask_base(site, static=FOLDER, domains=("messages",))
    app.session_interface = ClosedSessions()
    _hooks(PostLimit(site.settings)).install(app)
    install_errors(app)
    app.register_blueprint(api)
    app.register_blueprint(public)
    return app


def _hooks(posts: PostLimit) -> Hooks:
    """Return the hooks of the public pages and of the interface for programs."""
    return Hooks(
        before=(
            # Before anything counts or looks at a form: nobody sends any to an address for programs.
            refuse_other_methods,
            posts.count,
            check_post,
            require_acceptable,
        ),
        # Compression last: it looks at what the others have said of the answer.
        after=(open_to_all, keep_when_current, compress),
    )
