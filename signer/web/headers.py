"""The headers of every answer, errors and static files included.

What a page may do in the browser is said here once, as narrowly as it works: own styles, own pictures, own forms.
"""

from collections.abc import Callable, Iterable
from types import TracebackType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Response
from werkzeug.wsgi import get_current_url

Header = tuple[str, str]
Failure = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types human-check",
    )
)
FRAMED_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors *",
    )
)
"""Of the counter, the one page that other sites may frame: it has no script, no form, nothing to press by mistake."""
DENIED_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "usb",
    "xr-spatial-tracking",
)
CONSOLE_FEATURES = ", ".join(
    (
        *(f"{feature}=()" for feature in DENIED_FEATURES if feature != "publickey-credentials-get"),
        "publickey-credentials-get=(self)",
        "publickey-credentials-create=(self)",
    )
)
"""The Permissions-Policy of the console, whose people log on with passkeys; the signing pages have no use for them."""
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED_FEATURES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What nobody has declared public may hold what somebody typed.
    "Cache-Control": "no-store",
}
TWO_YEARS = 2 * 365 * 24 * 3600
_HTTPS_ONLY = ("Strict-Transport-Security", f"max-age={TWO_YEARS}; includeSubDomains")
_OURS = [(name.lower(), (name, value)) for name, value in HEADERS.items()]


def with_headers(inner: WSGIApplication) -> WSGIApplication:
    """Return `inner` with the headers on every answer: around it, so that nothing that goes wrong leaves them out."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[Header], failure: Failure | None = None) -> Callable[[bytes], object]:
            return start_response(status, _completed(headers, environ), failure)

        return inner(environ, start)

    return answer


def allow_console_features(response: Response) -> Response:
    """Say on a page of the console what it may do beyond the others; the rest is added around it."""
    response.headers["Permissions-Policy"] = CONSOLE_FEATURES
    return response


def as_file(response: Response, name: str) -> Response:
    """Let browsers keep the answer as a file. name: of ours, with nothing in it that would have to be quoted."""
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def let_sites_frame(response: Response) -> Response:
    """Let every site show this page within its own."""
    response.headers["Content-Security-Policy"] = FRAMED_POLICY
    # Pages that isolate themselves frame only what promises the same.
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    return let_sites_load(response)


def let_sites_load(response: Response) -> Response:
    """Let pages and scripts of every site load this, which anybody may read without logging on."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _completed(headers: list[Header], environ: WSGIEnvironment) -> list[Header]:
    """Return `headers` with what is missing of ours; a page that says otherwise knows why."""
    there = {name.lower() for name, _ in headers}
    if ("Content-Security-Policy", FRAMED_POLICY) in headers:
        # The older way to say the same: browsers that know no policy would take its word.
        there.add("x-frame-options")
    added = [header for name, header in _OURS if name not in there]
    if environ["wsgi.url_scheme"] == "https":
        added.append(_HTTPS_ONLY)
    if "location" in there:
        headers = [_within(header, environ) for header in headers]
    return headers + added


def _within(header: Header, environ: WSGIEnvironment) -> Header:
    """Keep a redirect from naming a host: it would be the one that the client's Host header claims."""
    name, value = header
    host = get_current_url(environ, host_only=True)
    if name.lower() == "location" and value.startswith(host):
        return name, f"/{value.removeprefix(host)}"
    return header
