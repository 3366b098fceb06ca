"""Addresses of the static files: each carries a digest of its content, so that browsers may keep it for a year."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask, Response, request

FOLDER = Path(__file__).parent / "static"
DIGEST_CHARACTERS = 16
YEAR = 365 * 24 * 3600


def install_static_files(app: Flask) -> None:
    """Let templates say `asset("style.css")`, and let browsers keep what they got by such an address."""
    digests = _digests()

    def keep_when_current(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in {200, 206, 304}:
            name = (request.view_args or {}).get("filename", "")
            kept = name in digests and request.args.get("v") == digests[name]
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if kept else "public, max-age=30"
        return response

    app.jinja_env.globals["asset"] = _asset_at(digests)
    app.after_request(keep_when_current)


def point_to_static_files(app: Flask) -> None:
    """Let templates of an application beside the one that serves the files say `asset("style.css")`."""
    app.jinja_env.globals["asset"] = _asset_at(_digests())


def _asset_at(digests: Mapping[str, str]) -> Callable[[str], str]:
    return lambda name: f"/static/{name}?v={digests[name]}"


def _digests() -> Mapping[str, str]:
    return {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_CHARACTERS]
        for path in FOLDER.rglob("*")
        if path.is_file()
    }
