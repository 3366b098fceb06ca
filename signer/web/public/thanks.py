"""The thanks page: the code of the statement to keep, and the initiative's address to pass on."""

from datetime import date

from flask import Response, make_response, render_template, url_for
from werkzeug.exceptions import BadRequest

from signer.initiatives.collection import Collection
from signer.sealing.code import Code, MalformedCode
from signer.web.headers import as_file
from signer.web.languages import current_language
from signer.web.public.current import find_initiative
from signer.web.public_address import request_address
from signer.web.requests import read_form
from signer.web.site import site

CODE_PLACE = "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX"
"""Stands in the thanks page until the code is put in; it cannot be a code, its checksum does not fit."""
HOST_PLACE = "place-of-the-host"
"""Stands in the thanks page before the initiative's path until the host is put in that this request came to."""
NETWORKS = (
    ("WhatsApp", "https://wa.me/?text="),
    ("Telegram", "https://t.me/share/url?url="),
    ("Bluesky", "https://bsky.app/intent/compose?text="),
    ("Facebook", "https://www.facebook.com/sharer/sharer.php?u="),
)
"""Where an address can be passed on by a plain link, which ends with it."""


def thanks_page(collection: Collection, code: Code, on: date) -> Response:
    """Return the thanks page: rendered once a day, with two places left open. It differs in nothing else."""
    initiative = collection.initiative
    rendered = site().rendered_pages.find(
        initiative,
        "thanks",
        current_language(),
        on=on,
        render=lambda: render_template(
            "public/thanks.html",
            initiative=initiative,
            code=CODE_PLACE,
            link=HOST_PLACE + url_for("public.initiative", number=initiative.path),
            networks=NETWORKS,
            on=on,
        ),
    )
    body = rendered.encoded.replace(CODE_PLACE.encode(), code.text.encode()).replace(
        HOST_PLACE.encode(), request_address().encode()
    )
    return Response(body, mimetype="text/html")


def code_file(number: str) -> Response:
    """Return the code that the thanks page showed, as a text file."""
    initiative = find_initiative(number)
    try:
        code = Code.parse(read_form().get("code", ""))
    except MalformedCode:
        raise BadRequest from None
    response = make_response(render_template("public/code.txt", initiative=initiative, code=code))
    response.mimetype = "text/plain"
    year, serial = number.split("/")
    return as_file(response, f"code-{year}-{serial}.txt")
