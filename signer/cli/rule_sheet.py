"""Rule sheet of one Member State: each rule with its sources, in words, and as plain values for machines."""

from collections.abc import Iterator
from typing import Any

from signer.scheme.age import AgeRule
from signer.scheme.form import DocumentType, FieldKind, Form, PostalRule, Scheme
from signer.wording import document_label, field_label


def describe(form: Form, scheme: Scheme) -> dict[str, Any]:
    """Return what a Member State asks for as plain values."""
    return {
        "member_state": form.member_state,
        "name": form.name,
        "native_names": dict(form.native_names),
        "part": form.part,
        "sources": list(form.sources),
        "fields": list(form.fields),
        "ages": [_describe_age(rule) for rule in form.ages],
        "documents": [_describe_document(document_type) for document_type in form.document_types.values()],
        "postal_codes": {country: _describe_postal_rule(rule) for country, rule in _postal_rules(form)},
        "thresholds": [
            {
                "registered_from": term.registered_from.isoformat(),
                "threshold": term.thresholds[form.member_state],
                "sources": list(term.sources),
            }
            for term in scheme.terms
        ],
    }


def in_words(form: Form, scheme: Scheme) -> Iterator[str]:
    """Yield the lines that tell what a Member State asks for."""
    yield f"{form.member_state} {form.name} ({', '.join(form.native_names.values())}), part {form.part}"
    yield from _cited(form.sources)
    for rule in form.ages:
        since = f" from {rule.valid_from}" if rule.valid_from else ""
        yield f"Age{since}: {rule.minimum} years, counted by {rule.count.value}"
        yield from _cited(rule.sources)
    for name in form.fields:
        yield f"Field {name}: {field_label(name, form)}"
    for document_type in form.document_types.values():
        yield from _document_in_words(document_type, form)
    for country, postal_rule in _postal_rules(form):
        pattern = postal_rule.pattern.pattern if postal_rule.pattern else "anything"
        empty = ", may be empty" if postal_rule.optional else ""
        yield f"Postal code in {country}: {pattern}, {postal_rule.at_most} characters at most{empty}"
        yield from _cited(postal_rule.sources)
    for term in scheme.terms:
        threshold = term.thresholds[form.member_state]
        yield f"Threshold for initiatives registered from {term.registered_from}: {threshold}"
        yield from _cited(term.sources)


def in_one_line(form: Form) -> str:
    """Return the line of a Member State in the list of all."""
    documents = ", ".join(form.document_types) or "address"
    return f"{form.member_state}  {form.name:<12} part {form.part}  from {form.min_age} years  {documents}"


def _describe_age(rule: AgeRule) -> dict[str, Any]:
    return {
        "minimum": rule.minimum,
        "count": rule.count.value,
        "valid_from": rule.valid_from.isoformat() if rule.valid_from else None,
        "sources": list(rule.sources),
    }


def _describe_document(document_type: DocumentType) -> dict[str, Any]:
    return {
        "document_type": document_type.key,
        "property": document_type.property_key,
        "labels": dict(document_type.labels),
        "pattern": document_type.pattern.pattern,
        "example": document_type.example,
        "check": document_type.check or None,
        "birth_date": document_type.birth_date or None,
        "valid_from": document_type.valid_from.isoformat() if document_type.valid_from else None,
        "sources": list(document_type.sources),
    }


def _describe_postal_rule(rule: PostalRule) -> dict[str, Any]:
    return {
        "pattern": rule.pattern.pattern if rule.pattern else None,
        "at_most": rule.at_most,
        "optional": rule.optional,
        "sources": list(rule.sources),
    }


def _document_in_words(document_type: DocumentType, form: Form) -> Iterator[str]:
    native = " / ".join(document_type.labels.values())
    yield f"Document {document_type.key}: {document_label(document_type, form)} ({native})"
    yield f"  pattern {document_type.pattern.pattern}, example {document_type.example}"
    yield f"  check digit by {document_type.check or 'nothing'}, birth date by {document_type.birth_date or 'nothing'}"
    yield from _cited(document_type.sources)


def _postal_rules(form: Form) -> Iterator[tuple[str, PostalRule]]:
    if form.field_of(FieldKind.POSTAL_CODE):
        yield from form.residence.postal_rules.items()
        yield "other", form.residence.other_countries


def _cited(sources: tuple[str, ...]) -> Iterator[str]:
    for source in sources:
        yield f"  source: {source}"
