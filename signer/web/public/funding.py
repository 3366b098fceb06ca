"""The page that says who pays for the campaign: Regulation (EU) 2019/788, Article 17(1)."""

from flask import Response, render_template

from signer.initiatives.sponsors import to_publish
from signer.web.caching import public_page
from signer.web.public.current import find_initiative


def funding(number: str) -> Response:
    """List the sponsors of more than EUR 500."""
    found = find_initiative(number)
    published = to_publish(found.sponsors)
    total = sum(entry.cents for entry in published)
    return public_page(render_template("public/funding.html", initiative=found, sponsors=published, total=total))
