"""What every template can say: the language of the page, numbers and dates in it, names of countries, the service."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask, g
from markupsafe import Markup, escape

from signer.retention.deadlines import last_day_kept
from signer.settings import Settings
from signer.web.languages import LANGUAGES, current_language, described, formats_of, long_date
from signer.web.static_files import asset

SERVICE_NAME = "Signer"
SHARE_DIGITS = 1
LEAD_SENTENCES = 3
SENTENCE_END = re.compile(r"(?<=[.!?\u037e])\s+")
"""White space after a full stop, an exclamation mark or a question mark, the Greek one too."""


def install_rendering(app: Flask, settings: Settings) -> None:
    """Give the templates of `app` their filters and common values."""
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters.update(
        number=formatted_number,
        share=_share,
        day=_day,
        in_fours=_in_fours,
        last_day_kept=last_day_kept,
        lead=lead,
        euros=_euros,
    )

    def common() -> Mapping[str, Any]:
        return {
            "language": described(current_language()),
            "languages": [described(code) for code in LANGUAGES],
            "service_name": SERVICE_NAME,
            "operator": settings.operator,
            "contact_email": settings.contact_email,
            "demonstration": settings.demonstration,
            "here": g.get("initiative"),
        }

    app.context_processor(lambda: dict(common()))


def formatted_number(value: int) -> str:
    """Return `value` as the language of the page writes numbers."""
    return format_decimal(value, locale=formats_of(current_language()))


def _euros(cents: int) -> str:
    return format_currency(Decimal(cents) / 100, "EUR", locale=formats_of(current_language()))


def _share(part: int, whole: int) -> str:
    """Return `part` of `whole` as a percentage, cut and not rounded: 99.96 % is not yet the whole."""
    tenths = part * 10 ** (SHARE_DIGITS + 2) // whole
    return format_percent(tenths / 10 ** (SHARE_DIGITS + 2), format="#,##0.0%", locale=formats_of(current_language()))


def _day(value: date) -> str:
    return long_date(value, current_language())


def _in_fours(text: str) -> Markup:
    """Return a long run of characters that may break after each four."""
    return Markup("<wbr>").join(escape(text[start : start + 4]) for start in range(0, len(text), 4))


def lead(text: str) -> str:
    """Return the first three sentences of `text`, or all of it if there are no more."""
    sentences: list[str] = []
    for piece in SENTENCE_END.split(text.strip()):
        if sentences and piece[:1].islower():
            sentences[-1] += f" {piece}"  # that was an abbreviation, not an end
        else:
            sentences.append(piece)
    return text if len(sentences) <= LEAD_SENTENCES else " ".join(sentences[:LEAD_SENTENCES])
