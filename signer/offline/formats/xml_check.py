"""Reads a written XML file again: valid by the schema, and word for word what was to be written."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from signer.offline.formats.xml import Heading, Tally, texts_of
from signer.offline.refusal import Refusal
from signer.progress import progress

SCHEMA = Path(__file__).with_name("supportform.xsd")
ADVICE = "Report this as a fault of signer-offline; hand nothing over."


def require_as_written(path: Path, heading: Heading, written: Tally, *, quiet: bool) -> None:
    """Return if the file says exactly `heading` and the statements of `written`. Raises Refusal.

    Reads in flat memory; nothing of what a statement says is repeated in a message.
    """
    read = Tally()
    try:
        with path.open("rb") as file:
            for element in progress(
                _elements(file), total=written.count + 2, label=f"checking {path.name}", quiet=quiet
            ):
                if element.tag == "signature":
                    read.add(*texts_of(element))
                else:
                    _require_heading(element, heading)
    except etree.XMLSyntaxError:
        raise Refusal(f"{path.name}, just written, is not valid by its schema", ADVICE) from None
    if not read.agrees_with(written):
        raise Refusal(f"{path.name} holds {read.count} statements, not the {written.count} that were written", ADVICE)


def _elements(file: BinaryIO) -> Iterator[etree._Element]:
    """Yield the parts of the file one by one; each is forgotten when the next one is asked for."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    parts = ("forCountry", "initiativeData", "signature")
    for _, element in etree.iterparse(file, events=("end",), tag=parts, schema=schema, resolve_entities=False):
        yield element
        parent = element.getparent()
        element.clear()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def _require_heading(element: etree._Element, heading: Heading) -> None:
    if element.tag == "forCountry":
        agrees = element.text == heading.for_country
    else:
        agrees = [(child.tag, child.text or "") for child in element] == list(heading.initiative.items())
    if not agrees:
        raise Refusal(f"{element.tag}, just written, does not say what it must", ADVICE)
