"""The Commission's XML for the authority of one Member State, generation 2.

One file for each Member State: the initiative in its original language, then the statements of support, each with its
day, its identifier (the 16 bytes of the statement's id in the form of a UUID) and its properties in two groups. The
elements are those of the files that the Commission's Online Collection Software (3.x) writes; `supportform.xsd`
describes them.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from lxml import etree

from signer.batches.manifest import InitiativeData
from signer.offline.folder import private_file
from signer.offline.open_record import Opened
from signer.offline.refusal import Refusal
from signer.registration_number import formal_number
from signer.scheme.form import FieldKind, Form

ANNEX_REVISION = "2"  # the revision of the Annex III form in the Commission's OCS database of 2020
GROUP, PROPERTY = "oct.group.", "oct.property."
GENERAL = "general"  # written last, behind the address or the document
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
HEADINGS = {
    "registrationNumber": "registration_number",
    "startOfTheCollectionPeriod": "collection_start",
    "endOfTheCollectionPeriod": "collection_end",
    "urlOnCommissionRegister": "register_url",
    "title": "title",
    "objectives": "objectives",
    "registeredContactPersons": "contact_persons",
    "url": "website",
}


@dataclass(frozen=True)
class Heading:
    """What stands in front of the statements: country code in lower case, and the initiative's elements in order."""

    for_country: str
    initiative: Mapping[str, str]


class Tally:
    """How many statements a file holds, and a digest of everything that they say, in order."""

    def __init__(self) -> None:
        self.count = 0
        self._digest = hashlib.sha256()

    def add(self, *texts: str) -> None:
        """Take in one statement: day, identifier, revision, then group names, keys and values."""
        self.count += 1
        # No text of an XML file holds either of these two characters, so no two statements look alike.
        self._digest.update(("\0".join(texts) + "\1").encode())

    def agrees_with(self, other: "Tally") -> bool:
        """Return whether both have seen the same statements in the same order."""
        return (self.count, self._digest.digest()) == (other.count, other._digest.digest())


class _Document(Protocol):
    def write(self, content: "etree._Element | str") -> None: ...


class XmlWriter:
    """Writes statements one by one; `tally` tells what was written."""

    def __init__(self, file: _Document, form: Form) -> None:
        self._file, self._form = file, form
        self._names = [name for members in _groups_of(form).values() for name in members]
        self._blank = _blank_of(form)
        self.tally = Tally()

    def write(self, opened: Opened) -> None:
        """Write one statement. Raises Refusal if a value has a character that XML 1.0 cannot hold."""
        # A filled-in copy is several times quicker than new elements.
        signature = deepcopy(self._blank)
        signature[0].text = opened.on.isoformat()
        signature[1].text = str(UUID(bytes=opened.statement_id))
        for name, entry in zip(self._names, signature.iter("property"), strict=True):
            entry[0].text, entry[1].text = self._property(name, opened)
        self._file.write(signature)
        self._file.write("\n")
        self.tally.add(*texts_of(signature))

    def _property(self, name: str, opened: Opened) -> tuple[str, str]:
        field, value = self._form.fields[name], opened.fields[name]
        key = field.property_key
        if field.kind is FieldKind.DOCUMENT_NUMBER:
            chosen = next(opened.fields[other] for other in self._form.fields if _is_document_type(self._form, other))
            key = self._form.document_types[chosen].property_key
        elif field.kind is FieldKind.DATE_OF_BIRTH:
            value = "/".join(reversed(value.split("-")))
        elif field.kind is FieldKind.COUNTRY:
            value = value.lower()
        if NOT_IN_XML.search(value):
            raise Refusal(f"statement {opened.statement_id.hex()}: its {name} has a character that XML cannot hold")
        return PROPERTY + key, value


@contextmanager
def write_xml(path: Path, heading: Heading, form: Form) -> Iterator[XmlWriter]:
    """Yield a writer of the new file at `path`, which only its owner can read."""
    with private_file(path) as file, etree.xmlfile(file, encoding="utf-8") as document:
        document.write_declaration()
        with document.element("supportForm"):
            document.write(_element("forCountry", heading.for_country))
            with document.element("initiativeData"):
                for name, text in heading.initiative.items():
                    document.write(_element(name, text))
            with document.element("signatures"):
                document.write("\n")
                yield XmlWriter(document, form)


def heading_of(initiative: InitiativeData, form: Form) -> Heading:
    """Return what the file of one Member State says of the initiative. Raises Refusal if XML cannot hold it."""
    texts = {element: getattr(initiative, name) for element, name in HEADINGS.items()}
    texts["registrationNumber"] = formal_number(initiative.registration_number)
    for name, text in texts.items():
        if NOT_IN_XML.search(text):
            raise Refusal(f"the initiative's {name} has a character that XML cannot hold")
    return Heading(form.member_state.lower(), texts)


def texts_of(signature: etree._Element) -> Iterator[str]:
    """Yield every text of one statement's element, in the order of the file."""
    return (element.text or "" for element in signature.iter() if len(element) == 0)


def _blank_of(form: Form) -> etree._Element:
    """Return the element of one statement with everything in it but the statement's own texts."""
    signature = etree.Element("signature")
    etree.SubElement(signature, "submissionDate")
    etree.SubElement(signature, "signatureIdentifier")
    etree.SubElement(signature, "annexRevision").text = ANNEX_REVISION
    groups = etree.SubElement(etree.SubElement(signature, "signatoryInfo"), "groups")
    for name, members in _groups_of(form).items():
        group = etree.SubElement(groups, "group")
        etree.SubElement(group, "name").text = GROUP + name
        properties = etree.SubElement(group, "properties")
        for _ in members:
            entry = etree.SubElement(properties, "property")
            etree.SubElement(entry, "key")
            etree.SubElement(entry, "value")
    return signature


def _groups_of(form: Form) -> dict[str, tuple[str, ...]]:
    """Return group to the names of its fields, in the order of the file."""
    written = {name: field for name, field in form.fields.items() if not _is_document_type(form, name)}
    names = sorted({field.group for field in written.values()}, key=lambda name: (name == GENERAL, name))
    return {group: tuple(name for name, field in written.items() if field.group == group) for group in names}


def _is_document_type(form: Form, name: str) -> bool:
    return form.fields[name].kind is FieldKind.DOCUMENT_TYPE


def _element(name: str, text: str) -> etree._Element:
    element = etree.Element(name)
    element.text = text
    return element
