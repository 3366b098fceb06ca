"""Every text that a citizen may read about a field of the form: labels, hints, and one sentence for each problem.

English here, as message ids that the extractor finds; pages pass Flask-Babel's `gettext` and `format_date`, commands
pass nothing and get English. Sentences say what to do. Labels stand in them between quotation marks, so that no
language has to decline them.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from signer.scheme.age import AgeCount
from signer.scheme.form import DocumentType, FieldKind, Form
from signer.scheme.problem import Problem

Translate = Callable[[str], str]
"""From a message id to the text in the reader's language, placeholders kept."""

FormatDate = Callable[[date], str]
"""From a day to words in the reader's language."""


def N_(message: str) -> str:  # noqa: N802 - the name by which the extractor knows a message that is translated later
    """Return the message id, marked for the catalogues."""
    return message


_LABELS: Mapping[str, str] = {
    "first_names": N_("Full first names"),
    "family_names": N_("Family names"),
    "street": N_("Street"),
    "street_number": N_("House number"),
    "postal_code": N_("Postal code"),
    "city": N_("City, town or village"),
    "residence_country": N_("Country where you live"),
    "date_of_birth": N_("Date of birth"),
    "document_type": N_("Which number or document will you use?"),
    "document_number": N_("Number"),
}

_HINTS: Mapping[str, str] = {
    "first_names": N_("All of them, as on your document"),
    "family_names": N_("All of them, as on your document"),
    "street": N_("Your address may be in any country"),
    "street_number": N_("If there is none, leave it empty and confirm that"),
    "postal_code": N_("If you live in Ireland you may leave it empty"),
    "date_of_birth": N_("Day, month and year, for example 31 3 1980"),
}

_DOCUMENTS: Mapping[str, str] = {
    "passport": N_("Passport number"),
    "id_card": N_("Identity card number"),
    "personal_number": N_("Personal number"),
    "personal_id": N_("Personal identification number"),
    "national_id_number": N_("National identification number"),
    "citizens_card": N_("Citizen card number"),
}

_DOCUMENTS_OF_ONE: Mapping[tuple[str, str], str] = {
    ("BE", "national_id_number"): N_("National Register number"),
    ("BG", "personal_number"): N_("Uniform civil number (EGN)"),
    ("EE", "personal_number"): N_("Personal identification code"),
    ("ES", "id_card"): N_("National identity document number (DNI)"),
    ("HR", "personal_id"): N_("Personal identification number (OIB)"),
    ("HU", "personal_number"): N_("Personal identifier"),
    ("LT", "personal_number"): N_("Personal code"),
    ("LV", "personal_id"): N_("Personal code"),
    ("PL", "national_id_number"): N_("PESEL number"),
    ("PT", "id_card"): N_("Identity card number (paper card)"),
    ("RO", "personal_id"): N_("Personal numerical code (CNP)"),
    ("SE", "personal_number"): N_("Personal identity number"),
    ("SI", "personal_number"): N_("Unique personal number (EMŠO)"),
}

_NUMBER_HINTS: Mapping[str, str] = {
    "exact": N_("%(longest)s digits, for example %(example)s"),
    "either": N_("%(shortest)s or %(longest)s digits, for example %(example)s"),
    "up_to": N_("Up to %(longest)s digits, for example %(example)s"),
    "letters": N_("For example %(example)s"),
}

_NUMBER_PATTERNS: Mapping[str, str] = {
    "exact": N_("Enter the %(longest)s digits of “%(document)s”, for example %(example)s, or confirm what you entered"),
    "either": N_(
        "Enter the %(shortest)s or %(longest)s digits of “%(document)s”, for example %(example)s, "
        "or confirm what you entered"
    ),
    "up_to": N_(
        "Enter the digits of “%(document)s”, %(longest)s at most, for example %(example)s, or confirm what you entered"
    ),
    "letters": N_(
        "Compare “%(document)s” with your document: it usually looks different, for example %(example)s. "
        "If it is right, confirm it"
    ),
}

_AGE_RULES: Mapping[AgeCount, str] = {
    AgeCount.EXACT_DATE: N_("You must be at least %(minimum)s years old on the day you sign"),
    AgeCount.CALENDAR_YEAR: N_("You must be at least %(minimum)s years old, or turn %(minimum)s in the year %(year)s"),
}

_NOTES: Mapping[str, str] = {
    "residence_registered_with_mission": N_(
        "Do you live outside Germany? You can sign only if your permanent residence is registered "
        "with the German mission abroad that is responsible for you"
    ),
}

_MISSING: Mapping[str, str] = {
    "first_names": N_("Enter your first names, as on your document"),
    "family_names": N_("Enter your family names, as on your document"),
    "street": N_("Enter the street you live in, or the name of the place if it has no streets"),
    "city": N_("Enter the city, town or village you live in"),
    "residence_country": N_("Choose the country you live in"),
    "date_of_birth": N_("Enter your date of birth, for example 31 3 1980"),
    "document_type": N_("Choose which number or document you will use"),
    "document_number": N_("Enter “%(field)s”"),
}

_OUTSIDERS: Mapping[FieldKind, str] = {
    FieldKind.NAME: N_(
        "In “%(field)s”, use letters, apostrophes, hyphens, full stops, commas and spaces. "
        "Take out or replace %(character)s"
    ),
    FieldKind.DOCUMENT_NUMBER: N_(
        "In “%(field)s”, use the letters A to Z and digits. Take out or replace %(character)s"
    ),
}

_TOO_YOUNG: Mapping[AgeCount, str] = {
    AgeCount.EXACT_DATE: N_(
        "You must be at least %(minimum)s years old to sign. By this date of birth you can sign from %(from)s"
    ),
    AgeCount.CALENDAR_YEAR: N_(
        "You can sign from the year in which you turn %(minimum)s. By this date of birth that is from %(from)s"
    ),
}

_SENTENCES: Mapping[str, str] = {
    "not_text": N_("Enter “%(field)s” as text"),
    "missing": N_("Enter “%(field)s”"),
    "too_long": N_("Shorten “%(field)s” to %(at_most)s characters or fewer"),
    "line_break": N_("Enter “%(field)s” in one line"),
    "direction_mark": N_("Type “%(field)s” again: it holds a hidden sign that changes the direction of reading"),
    "control_character": N_("Type “%(field)s” again: it holds a hidden sign (%(character)s)"),
    "character": N_("Take out or replace %(character)s in “%(field)s”: it does not belong there"),
    "web_address": N_("Take the web address out of “%(field)s”"),
    "no_number": N_("Enter the house number, for example 12 B, or confirm that there is none"),
    "no_postal_code": N_("Enter the postal code, or confirm that there is none"),
    "postal_code_pattern": N_(
        "Check the postal code: in the country where you live it looks like %(example)s. If yours is right, confirm it"
    ),
    "unknown_country": N_("Choose the country you live in from the list"),
    "not_a_date": N_("Enter a real date as day, month and year, for example 31 3 1980"),
    "future_date": N_("Enter your date of birth: the date you gave is still to come"),
    "very_old": N_("Check the year of birth: it makes you older than %(age)s. If it is right, confirm it"),
    "unknown_document_type": N_("Choose one of the numbers or documents in the list"),
    "number_pattern": N_("Compare “%(field)s” with your document. If it is right, confirm it"),
    "check_digit": N_(
        "Compare “%(document)s” with your document, digit by digit: its parts do not fit together. "
        "If it is right, confirm it"
    ),
    "not_a_person": N_(
        "Enter your own number: one like this belongs to a company, not to a person. If it is right, confirm it"
    ),
    "age_from_number": N_(
        "Check “%(document)s”: by the date of birth in it you are not yet old enough to sign (%(minimum)s). "
        "If you are, confirm it"
    ),
}

_UNKNOWN_PROBLEM = N_("Check “%(field)s”")


def in_english(message: str) -> str:
    """Return the message as it is."""
    return message


def in_english_words(day: date) -> str:
    """Return a day as in "1 May 2027"."""
    return f"{day.day} {day:%B} {day.year}"


def sentence(
    problem: Problem, form: Form, *, gettext: Translate = in_english, format_date: FormatDate = in_english_words
) -> str:
    """Return what the citizen is to do about a problem of a field of this form. It never repeats what was typed.

    Plain text, to be escaped by the page: it may show the one character that cannot stay.
    """
    values: dict[str, str | int] = {"field": field_label(problem.field, form, gettext=gettext)}
    for name, value in problem.details.items():
        values[name] = format_date(value) if isinstance(value, date) else value
    if "character" in values:
        values["character"] = _shown(str(values["character"]))
    document_type = _document_type(problem, form)
    if document_type:
        values |= _document_values(document_type, form, gettext)
    return gettext(_message(problem, form, document_type)) % values


def field_label(name: str, form: Form, *, gettext: Translate = in_english) -> str:
    """Return the label of a field; a number that can only be of one kind is called by its own name."""
    only = _only_document_type(form)
    field = form.fields.get(name)
    if only and field and field.kind is FieldKind.DOCUMENT_NUMBER:
        return document_label(only, form, gettext=gettext)
    return gettext(_LABELS[name]) if name in _LABELS else name


def field_hint(name: str, form: Form, *, gettext: Translate = in_english) -> str:
    """Return the hint that stands between label and field; empty if it needs none."""
    only = _only_document_type(form)
    field = form.fields.get(name)
    if only and field and field.kind is FieldKind.DOCUMENT_NUMBER:
        return document_hint(only, gettext=gettext)
    return gettext(_HINTS[name]) if name in _HINTS else ""


def document_label(document_type: DocumentType, form: Form, *, gettext: Translate = in_english) -> str:
    """Return the name of a document in the language of the page; pages show the native label beside it.

    A scheme of other documents falls back on the first native label.
    """
    message = _DOCUMENTS_OF_ONE.get((form.member_state, document_type.key), _DOCUMENTS.get(document_type.key))
    return gettext(message) if message else next(iter(document_type.labels.values()))


def document_hint(document_type: DocumentType, *, gettext: Translate = in_english) -> str:
    """Return what a number of this document looks like, with an example that is nobody's."""
    return gettext(_NUMBER_HINTS[_shape(document_type)]) % _number_values(document_type)


def age_sentence(form: Form, on: date, *, gettext: Translate = in_english) -> str:
    """Return how old one must be to sign this form on the day `on`."""
    rule = form.age_on(on)
    return gettext(_AGE_RULES[rule.count]) % {"minimum": rule.minimum, "year": on.year}


def notes(form: Form, *, gettext: Translate = in_english) -> tuple[str, ...]:
    """Return the remarks to be shown with the form, such as the one for Germans who live abroad."""
    return tuple(gettext(_NOTES[key]) for key in form.notes if key in _NOTES)


def _message(problem: Problem, form: Form, document_type: DocumentType | None) -> str:
    if problem.code == "missing":
        return _MISSING.get(problem.field, _SENTENCES["missing"])
    if problem.code == "too_young":
        return _TOO_YOUNG[AgeCount(str(problem.details["count"]))]
    if problem.code == "number_pattern" and document_type:
        return _NUMBER_PATTERNS[_shape(document_type)]
    if problem.code == "character" and problem.field in form.fields:
        return _OUTSIDERS.get(form.fields[problem.field].kind, _SENTENCES["character"])
    return _SENTENCES.get(problem.code, _UNKNOWN_PROBLEM)


def _document_type(problem: Problem, form: Form) -> DocumentType | None:
    return form.document_types.get(str(problem.details.get("document_type", "")))


def _only_document_type(form: Form) -> DocumentType | None:
    return next(iter(form.document_types.values())) if len(form.document_types) == 1 else None


def _document_values(document_type: DocumentType, form: Form, gettext: Translate) -> Mapping[str, str | int]:
    return {"document": document_label(document_type, form, gettext=gettext), **_number_values(document_type)}


def _number_values(document_type: DocumentType) -> Mapping[str, str | int]:
    return {
        "shortest": document_type.shortest,
        "longest": document_type.longest,
        "example": document_type.example,
    }


def _shape(document_type: DocumentType) -> str:
    if not document_type.digits_only:
        return "letters"
    if document_type.shortest == document_type.longest:
        return "exact"
    return "up_to" if document_type.shortest == 1 else "either"


def _shown(described: str) -> str:
    """Return the character itself before its code point and name, if it can be seen: "§ (U+00A7 SECTION SIGN)"."""
    code_point = described.partition(" ")[0].removeprefix("U+")
    character = chr(int(code_point, 16))
    seen = unicodedata.category(character)[0] in "LNPS"
    return f"{character} ({described})" if seen else described
