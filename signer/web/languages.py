"""The languages that pages are offered in, and how numbers, dates and names follow them."""

import unicodedata
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date
from flask import Flask, g, request
from flask_babel import Babel

LANGUAGES = ("en",)
"""Every language that is complete: a language stands here once a native speaker has reviewed its catalogue."""
FALLBACK = "en"
FORMATS = {"en": "en_GB"}
"""Whose dates and numbers a language uses, where CLDR would take those of another continent."""


@dataclass(frozen=True)
class Language:
    """One language of the pages: its code (BCP 47), its own name, and `ltr` or `rtl`."""

    code: str
    name: str
    direction: str


def install_languages(app: Flask, translations: str, domains: tuple[str, ...]) -> None:
    """Let the texts follow the language of the page.

    translations: the folder of the catalogues. domains: those that are looked into, such as messages.
    """
    app.config.update(
        BABEL_TRANSLATION_DIRECTORIES=";".join(translations for _ in domains),
        BABEL_DOMAIN=";".join(domains),
        BABEL_DEFAULT_LOCALE=FALLBACK,
    )
    Babel(app, locale_selector=current_language)


def current_language() -> str:
    """Return the language of this page: the one in its address, else the best that the browser asks for."""
    language: str | None = g.get("language")
    return language or preferred_language()


def preferred_language() -> str:
    """Return the offered language that the browser's Accept-Language likes best."""
    return request.accept_languages.best_match(LANGUAGES, FALLBACK) or FALLBACK


def described(code: str) -> Language:
    """Return what a page says about the language `code`."""
    locale = Locale.parse(code)
    name = locale.get_display_name(code) or code
    return Language(code, name[:1].upper() + name[1:], locale.text_direction)


def territory_name(code: str, language: str) -> str | None:
    """Return the name of a country (ISO 3166-1 alpha-2) in `language`, as CLDR has it; None if it has none."""
    return Locale.parse(language).territories.get(code)


def territory_here(code: str) -> str:
    """Return the name of the territory `code` in the language of the page, else the code itself."""
    return territory_name(code, current_language()) or code


def language_name(code: str, language: str) -> str:
    """Return the name of the language `code` in `language`, as CLDR has it, else the code itself."""
    return Locale.parse(language).languages.get(code) or code


def sort_key(text: str) -> str:
    """Return what sorts `text` in a list: without case and accents, as readers look names up."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()


def long_date(day: date, language: str) -> str:
    """Return `day` in words, such as 1 May 2027."""
    return format_date(day, format="long", locale=formats_of(language))


def formats_of(language: str) -> str:
    """Return the locale (as Babel names it) by which pages in `language` write dates and numbers."""
    return FORMATS.get(language, language)
