"""The headers of every answer, errors and static files included.

What a page may do in the browser is said here once, as narrowly as it works: own styles, own pictures, own forms.
"""

from flask import Flask, Response, request

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
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in DENIED_FEATURES),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TWO_YEARS = 2 * 365 * 24 * 3600


def install_headers(app: Flask) -> None:
    """Put the headers on every answer of `app`."""
    app.after_request(_with_headers)


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}; includeSubDomains"
    if "Cache-Control" not in response.headers:
        # What nobody has declared public may hold what somebody typed.
        response.headers["Cache-Control"] = "no-store"
    _redirect_within(response)
    return response


def _redirect_within(response: Response) -> None:
    """Keep redirects from naming a host: it would be the one that the client's Host header claims."""
    host = request.host_url.rstrip("/")
    if response.location and response.location.startswith(f"{host}/"):
        response.location = response.location.removeprefix(host)
