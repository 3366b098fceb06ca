"""Addresses of the static files: each carries a digest of its content, so that browsers may keep it for a year."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flask import Response, request

FOLDER = Path(__file__).parent / "static"
DIGEST_CHARACTERS = 16
YEAR = 365 * 24 * 3600


def keep_when_current(response: Response) -> Response:
    """Let browsers keep for a year what they got by an address with the digest of what is there now."""
    if request.endpoint == "static" and response.status_code in {200, 206, 304}:
        digest = _digests().get((request.view_args or {}).get("filename", ""))
        kept = digest is not None and request.args.get("v") == digest
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if kept else "public, max-age=30"
    return response


def asset(name: str) -> str:
    """Return the address of a static file; templates say `asset("style.css")`."""
    return f"/static/{name}?v={_digests()[name]}"


@cache
def _digests() -> Mapping[str, str]:
    return {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_CHARACTERS]
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
