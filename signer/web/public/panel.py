"""What you will need: the panel at the head of the details page, made from the scheme's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from signer.scheme.form import Form
from signer.web.public.widgets import member_state_name
from signer.wording import age_sentence, document_hint, document_label, notes


@dataclass(frozen=True)
class Document:
    """One accepted document: its name on the page, its native names by language, what its number is like."""

    label: str
    native: Mapping[str, str]
    hint: str


@dataclass(frozen=True)
class Panel:
    """What a national of `member_state` needs, and how old one must be; documents are empty where none is asked for."""

    member_state: str
    age: str
    documents: Sequence[Document]
    notes: Sequence[str]


def panel_for(form: Form, *, on: date, language: str) -> Panel:
    """Return what the page of `form` says before its fields on the day `on`."""
    return Panel(
        member_state=member_state_name(form, language),
        age=age_sentence(form, on, gettext=gettext),
        documents=[
            Document(
                document_label(document, form, gettext=gettext),
                document.labels,
                document_hint(document, gettext=gettext),
            )
            for document in form.document_types.values()
        ],
        notes=notes(form, gettext=gettext),
    )
