"""Reading an initiative's description: the Commission's XML (register to collection system) or our JSON.

The shown text must be the register's text (Regulation (EU) 2019/788, Articles 9(2) and 11(4)(b)), so it is imported and
not typed. The XML's parts are listed in `docs/formats.md`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from lxml import etree

from signer.errors import SignerError
from signer.initiatives.initiative import InitiativeText, Organiser, UnknownInitiative, normal_number

ROLES = ("representative", "substitute", "member", "legal entity")
LANGUAGE = re.compile(r"[a-z]{2,3}")
ADDRESS = re.compile(r"https?://[^\s\"<>]+")
TITLE_LIMIT, OBJECTIVES_LIMIT = 500, 10_000
"""Generous: the register has already held the text to Annex II (100 and 1,100 characters)."""


class MalformedDescription(SignerError):
    """The file is not a description of an initiative; the message names the part."""


@dataclass(frozen=True)
class Description:
    """An initiative as the file describes it; the attributes are those of `Initiative`."""

    registration_number: str
    scheme: str
    registered_on: date
    collection_start: date
    collection_end: date
    register_url: str
    website: str
    original_language: str
    organisers: tuple[Organiser, ...]
    texts: Mapping[str, InitiativeText]


def read_description(content: bytes) -> Description:
    """Return what the file says, XML or JSON. Raises MalformedDescription."""
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    values = _from_xml(content) if start == b"<" else _from_json(content)
    description = _build(values)
    if not description.registered_on <= description.collection_start <= description.collection_end:
        raise MalformedDescription("registration, start and end of collection are out of order")
    if description.original_language not in description.texts:
        raise MalformedDescription(f"there is no text in the original language {description.original_language}")
    return description


def to_json(description: Description) -> str:
    """Return the description as our JSON, which `read_description` reads back the same."""
    return json.dumps(asdict(description), default=str, ensure_ascii=False, sort_keys=True)


def _from_json(content: bytes) -> dict[str, Any]:
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        raise MalformedDescription("the file is neither XML nor JSON") from None
    if not isinstance(values, dict):
        raise MalformedDescription("the JSON is not an object")
    return values


def _from_xml(content: bytes) -> dict[str, Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedDescription(f"the XML is not well-formed, line {error.lineno}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedDescription("the XML has a document type, which is not allowed")
    initiative = root.find("initiative")
    if root.tag != "export" or initiative is None:
        raise MalformedDescription("the XML is not the register's export: <export><initiative>…")
    languages = initiative.findall("languages/language")
    originals = [language.get("code") for language in languages if language.get("original") == "true"]
    if len(originals) != 1:
        raise MalformedDescription('exactly one language must be original="true"')
    texts = {language.get("code") or "": _xml_text(language) for language in languages}
    return {
        "registration_number": initiative.get("registrationNumber"),
        "registered_on": (initiative.get("registrationDate") or "")[:10],
        "collection_start": initiative.get("startOfTheCollectionPeriod"),
        "collection_end": initiative.get("endOfTheCollectionPeriod"),
        "register_url": initiative.get("url"),
        "website": texts[originals[0] or ""]["website"],
        "original_language": originals[0],
        "organisers": [_xml_organiser(element) for element in initiative.findall("organisers/organiser")],
        "texts": texts,
    }


def _xml_text(language: etree._Element) -> dict[str, str]:
    return {
        "title": _inner(language, "title"),
        "objectives": _inner(language, "description"),
        "website": _inner(language, "site"),
        "partial_registration": _inner(language, "partialRegistration"),
    }


def _xml_organiser(element: etree._Element) -> dict[str, str]:
    return {
        "role": (element.get("role") or "").lower().replace("_", " "),
        "name": f"{_inner(element, 'firstName')} {_inner(element, 'familyName')}".strip(),
        "email": _inner(element, "email"),
        "country": _inner(element, "country").upper(),
    }


def _inner(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _build(values: dict[str, Any]) -> Description:
    texts = values.get("texts")
    organisers = values.get("organisers", [])
    if not isinstance(texts, dict) or not texts or not isinstance(organisers, list):
        raise MalformedDescription("texts must be an object by language, organisers a list")
    return Description(
        registration_number=_number(values),
        scheme=_string(values, "scheme", default="eu"),
        registered_on=_day(values, "registered_on"),
        collection_start=_day(values, "collection_start"),
        collection_end=_day(values, "collection_end"),
        register_url=_url(values, "register_url"),
        website=_url(values, "website", default=""),
        original_language=_string(values, "original_language"),
        organisers=tuple(_organiser(entry) for entry in organisers),
        texts={_language(code): _text(code, entry) for code, entry in texts.items()},
    )


def _number(values: Mapping[str, Any]) -> str:
    try:
        return normal_number(_string(values, "registration_number"))
    except UnknownInitiative as error:
        raise MalformedDescription(str(error)) from None


def _string(values: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    value = values.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise MalformedDescription(f"{name} is missing or not a text")
    return value.strip()


def _day(values: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(_string(values, name))
    except ValueError:
        raise MalformedDescription(f"{name} is not a day like 2027-05-01") from None


def _url(values: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    url = _string(values, name, default=default)
    # Shown as a link: a script in its place must not come in by the file.
    if url and not ADDRESS.fullmatch(url):
        raise MalformedDescription(f"{name} is not an address that begins with http:// or https://")
    return url


def _language(code: str) -> str:
    if not LANGUAGE.fullmatch(code):
        raise MalformedDescription("a language is given as two or three small letters, such as en")
    return code


def _text(code: str, entry: object) -> InitiativeText:
    if not isinstance(entry, dict):
        raise MalformedDescription(f"the text in {code} is not an object")
    title, objectives = _string(entry, "title"), _string(entry, "objectives")
    if len(title) > TITLE_LIMIT or len(objectives) > OBJECTIVES_LIMIT:
        raise MalformedDescription(f"the text in {code} is longer than a registered one can be")
    partial = _string(entry, "partial_registration", default="")
    return InitiativeText(title, objectives, _url(entry, "website", default=""), partial)


def _organiser(entry: object) -> Organiser:
    if not isinstance(entry, dict) or entry.get("role") not in ROLES:
        raise MalformedDescription(f"an organiser's role is one of {', '.join(ROLES)}")
    return Organiser(
        role=entry["role"],
        name=_string(entry, "name"),
        email=_string(entry, "email", default=""),
        country=_string(entry, "country", default=""),
    )
