"""What you will need: the panel at the head of the details page, made from the scheme's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from signer.scheme.form import DocumentType, Form
from signer.web.public.fields import member_state_name
from signer.wording import N_, age_sentence, document_hint, document_label, notes

SKETCHES: Mapping[str, str] = {"passport": "passport", "id_card": "card", "citizens_card": "card"}
"""Which drawing shows where a number of this kind stands; "number" for all others."""
PLACES: Mapping[str, str] = {
    "passport": N_("It is on the page with your photo, usually at the top right"),
    "card": N_("It is on the front of the card; where exactly depends on the country and on the age of the card"),
    "number": N_(
        "It is on many official documents: your identity card (look at both sides), passport, health card or a letter "
        "from the tax office"
    ),
}
"""What a drawing shows, in words, as far as that holds for every document of its kind."""


@dataclass(frozen=True)
class Document:
    """One accepted document: its name on the page, its native names by language, what its number is like.

    place: where the number stands on it, in words; sketch: the name of the drawing that shows it.
    """

    label: str
    native: Mapping[str, str]
    hint: str
    place: str
    sketch: str


@dataclass(frozen=True)
class Panel:
    """What a national of `member_state` needs, and how old one must be; documents are empty where none is asked for."""

    member_state: str
    age: str
    documents: Sequence[Document]
    notes: Sequence[str]


def requirements_for(form: Form, *, on: date, language: str) -> Panel:
    """Return what the page of `form` says before its fields on the day `on`."""
    return Panel(
        member_state=member_state_name(form, language),
        age=age_sentence(form, on, gettext=gettext),
        documents=[_document(document, form) for document in form.document_types.values()],
        notes=notes(form, gettext=gettext),
    )


def _document(document: DocumentType, form: Form) -> Document:
    sketch = SKETCHES.get(document.key, "number")
    return Document(
        label=document_label(document, form, gettext=gettext),
        native=document.labels,
        hint=document_hint(document, gettext=gettext),
        place=gettext(PLACES[sketch]),
        sketch=sketch,
    )
