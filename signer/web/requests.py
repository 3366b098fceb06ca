"""What a POST must be before a page looks at it: from our own pages, a plain form, strict in every byte."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from flask import current_app, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge, UnsupportedMediaType

MAX_BYTES = 64 * 1024
MAX_FIELDS = 80
FORM = "application/x-www-form-urlencoded"
FORM_WITH_FILES = "multipart/form-data"

View = TypeVar("View", bound=Callable[..., object])


def takes(most_bytes: int, *, files: bool = False) -> Callable[[View], View]:
    """Let a page take a form of so many bytes in all, with files in it if `files` says so."""

    def mark(view: View) -> View:
        view.takes = (most_bytes, files)  # type: ignore[attr-defined] # what the hook looks for
        return view

    return mark


def check_post() -> None:
    """Refuse POSTs of other sites and of other kinds than a plain form, before any view runs."""
    if request.method != "POST":
        return
    if _is_foreign(request.headers):
        raise Forbidden
    view = current_app.view_functions.get(request.endpoint or "")
    most_bytes, files = getattr(view, "takes", (MAX_BYTES, False))
    if request.content_type != FORM and not (files and request.mimetype == FORM_WITH_FILES):
        charset = request.mimetype_params.get("charset", "utf-8").lower()
        if request.mimetype != FORM or charset not in {"utf-8", "utf8"}:
            raise UnsupportedMediaType
    request.max_content_length = most_bytes
    if (request.content_length or 0) > most_bytes:
        raise RequestEntityTooLarge


def _is_foreign(headers: Headers) -> bool:
    """Return whether the browser says that another site made this request.

    Under our `Referrer-Policy: no-referrer` browsers send `Origin: null` even with our own forms (Fetch standard,
    "append a request Origin header"), so that a null origin says nothing; `Sec-Fetch-Site` is then what speaks.
    """
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is not None:
        return site not in {"same-origin", "none"}
    if origin is None or origin == "null":
        return False
    return urlsplit(origin).netloc.lower() != request.host.lower()


def read_form() -> Mapping[str, str]:
    """Return the fields of the posted form, each name once.

    Raises BadRequest for what no browser sends: bytes that are not UTF-8, NUL, a name twice, too many fields.
    """
    try:
        pairs = parse_qsl(
            request.get_data().decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        # Without the cause: it would hold what was typed.
        raise BadRequest from None
    form = dict(pairs)
    if len(form) != len(pairs) or any("\0" in text for pair in pairs for text in pair):
        raise BadRequest
    return form
