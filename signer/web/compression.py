"""Sends what is public compressed by gzip (RFC 9110, section 8.4.1.3), for phones on slow networks.

Never a page that holds what somebody typed, a code or a token: the length of a compressed page tells of its content
to whoever can put text of his own into it (the BREACH attack). Such pages are `no-store`; public ones are not.
"""

import gzip
from functools import lru_cache
from http import HTTPStatus

from flask import Response, request

WORTH_IT = 800
"""Bytes below which headers and one network packet outweigh what is saved."""
LEVEL = 9
"""The slowest: each body is compressed once and kept."""
COMPRESSED_KINDS = frozenset(
    {
        "text/html",
        "text/css",
        "text/csv",
        "text/javascript",
        "text/plain",
        "application/atom+xml",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    }
)


def compress(response: Response) -> Response:
    """Compress a public answer. The last of the hooks, for it looks at headers that the others set."""
    if (
        response.mimetype not in COMPRESSED_KINDS
        or not _is_public(response)
        or response.status_code == HTTPStatus.PARTIAL_CONTENT
    ):
        return response
    response.vary.add("Accept-Encoding")
    if not response.headers.get("ETag", "W/").startswith("W/"):
        # One name for both forms of the same content: a weak one (RFC 9110, section 8.8.1).
        response.headers["ETag"] = f"W/{response.headers['ETag']}"
    if response.status_code == HTTPStatus.NOT_MODIFIED or not request.accept_encodings.quality("gzip"):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= WORTH_IT:
        response.set_data(_gzipped(body))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.pop("Accept-Ranges", None)
    return response


def _is_public(response: Response) -> bool:
    return response.headers.get("Cache-Control", "").startswith("public")


@lru_cache(maxsize=512)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, LEVEL, mtime=0)
