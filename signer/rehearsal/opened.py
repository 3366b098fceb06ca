"""Reads what the authorities get, apart from the code that wrote it: statements by their identifiers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from lxml import etree

from signer.errors import SignerError
from signer.scheme.form import FieldKind, Form

PREFIX = "oct.property."


class UnreadableAuthorityFile(SignerError):
    """A file for an authority does not say what it must; the message names the file and the place."""


@dataclass(frozen=True)
class OpenedStatement:
    """One statement as it stands in an authority's file.

    statement_id: 16 bytes. fields: as the scheme keeps them, a birth date as YYYY-MM-DD.
    """

    statement_id: bytes
    on: date
    fields: Mapping[str, str] = field(repr=False)


def read_opened(path: Path, form: Form) -> Iterator[OpenedStatement]:
    """Yield the statements of the file of one Member State. Raises UnreadableAuthorityFile."""
    try:
        root = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)).getroot()
    except (OSError, etree.XMLSyntaxError):
        raise UnreadableAuthorityFile(f"{path.name} is not there or no XML") from None
    if root.findtext("forCountry") != form.member_state.lower():
        raise UnreadableAuthorityFile(f"{path.name} is not for {form.member_state}")
    for number, signature in enumerate(root.iterfind("signatures/signature"), start=1):
        try:
            yield _read_signature(signature, form)
        except (ValueError, KeyError):
            # Without the cause: it would quote a value.
            raise UnreadableAuthorityFile(f"{path.name}: its statement {number} is malformed") from None


def _read_signature(signature: etree._Element, form: Form) -> OpenedStatement:
    properties = {
        _text(entry, "key").removeprefix(PREFIX): _text(entry, "value")
        for entry in signature.iterfind("signatoryInfo/groups/group/properties/property")
    }
    documents = {document.property_key: key for key, document in form.document_types.items()}
    fields: dict[str, str] = {}
    for name, asked in form.fields.items():
        if asked.kind is FieldKind.DOCUMENT_TYPE:
            (used,) = documents.keys() & properties.keys()
            fields[name] = documents[used]
        elif asked.kind is FieldKind.DOCUMENT_NUMBER:
            fields[name] = properties.pop(used)
        else:
            fields[name] = _as_kept(asked.kind, properties.pop(asked.property_key))
    if properties:
        raise ValueError("a property that the form does not ask for")
    return OpenedStatement(
        UUID(_text(signature, "signatureIdentifier")).bytes,
        date.fromisoformat(_text(signature, "submissionDate")),
        fields,
    )


def _as_kept(kind: FieldKind, text: str) -> str:
    if kind is FieldKind.DATE_OF_BIRTH:
        return "-".join(reversed(text.split("/")))
    return text.upper() if kind is FieldKind.COUNTRY else text


def _text(element: etree._Element, name: str) -> str:
    text = element.findtext(name)
    if text is None:
        raise KeyError(name)
    return text
