"""Reading an initiative's description: the Commission's XML (register to collection system) or our JSON.

The shown text must be the register's text (Regulation (EU) 2019/788, Articles 9(2) and 11(4)(b)), so it is imported and
not typed. The XML's parts are listed in `docs/formats.md`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from lxml import etree

from signer.entries import JsonEntries, read_json
from signer.errors import SignerError
from signer.initiatives.initiative import InitiativeText, Organiser
from signer.registration_number import MalformedRegistrationNumber, normal_number

WHAT = "the description"
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
    if start not in {b"<", b"{", b"["}:
        raise MalformedDescription("the file is neither XML nor JSON")
    entries = _from_xml(content) if start == b"<" else read_json(content, what=WHAT, refusal=MalformedDescription)
    description = _build(entries)
    if not description.registered_on <= description.collection_start <= description.collection_end:
        raise MalformedDescription("registration, start and end of collection are out of order")
    if description.original_language not in description.texts:
        raise MalformedDescription(f"there is no text in the original language {description.original_language}")
    return description


def to_json(description: Description) -> str:
    """Return the description as our JSON, which `read_description` reads back the same."""
    return json.dumps(asdict(description), default=str, ensure_ascii=False, sort_keys=True)


def _from_xml(content: bytes) -> JsonEntries:
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
    values = {
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
    return JsonEntries(values, what=WHAT, refusal=MalformedDescription)


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


def _build(entries: JsonEntries) -> Description:
    texts = entries.table("texts")
    return Description(
        registration_number=_number(entries),
        scheme=_text(entries, "scheme", default="eu"),
        registered_on=entries.day("registered_on"),
        collection_start=entries.day("collection_start"),
        collection_end=entries.day("collection_end"),
        register_url=_url(entries, "register_url"),
        website=_url(entries, "website", default=""),
        original_language=_text(entries, "original_language"),
        organisers=tuple(_organiser(entry) for entry in entries.tables("organisers", default=[])),
        texts={_language(code): _initiative_text(texts.table(code)) for code in texts.names()},
    )


def _number(entries: JsonEntries) -> str:
    try:
        return normal_number(_text(entries, "registration_number"))
    except MalformedRegistrationNumber as error:
        raise entries.refuse(str(error)) from None


def _text(entries: JsonEntries, name: str, *, default: str | None = None) -> str:
    text = entries.text(name, default).strip()
    if default is None and not text:
        raise entries.refuse(f"{name} is empty")
    return text


def _url(entries: JsonEntries, name: str, *, default: str | None = None) -> str:
    url = _text(entries, name, default=default)
    # Shown as a link: a script in its place must not come in by the file.
    if url and not ADDRESS.fullmatch(url):
        raise entries.refuse(f"{name} is not an address that begins with http:// or https://")
    return url


def _language(code: str) -> str:
    if not LANGUAGE.fullmatch(code):
        raise MalformedDescription("a language is given as two or three small letters, such as en")
    return code


def _initiative_text(entries: JsonEntries) -> InitiativeText:
    title, objectives = _text(entries, "title"), _text(entries, "objectives")
    if len(title) > TITLE_LIMIT or len(objectives) > OBJECTIVES_LIMIT:
        raise entries.refuse("the text is longer than a registered one can be")
    website, partial = _url(entries, "website", default=""), _text(entries, "partial_registration", default="")
    return InitiativeText(title, objectives, website, partial)


def _organiser(entries: JsonEntries) -> Organiser:
    role = entries.text("role")
    if role not in ROLES:
        raise entries.refuse(f"role was expected to be one of {', '.join(ROLES)}")
    return Organiser(
        role=role,
        name=_text(entries, "name"),
        email=_text(entries, "email", default=""),
        country=_text(entries, "country", default=""),
    )
