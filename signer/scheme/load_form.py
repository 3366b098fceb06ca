"""Reads the data file of one Member State; raises InvalidRules naming file and line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from signer.scheme.age import AgeCount, AgeRule
from signer.scheme.document import load_module, normalise_number
from signer.scheme.form import DocumentType, Field, FieldKind, Form, Residence
from signer.scheme.rule_file import Table
from signer.scheme.sources import Sources

_CODE = re.compile(r"[A-Z]{2,8}")
_KEY = re.compile(r"[a-z][a-z_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_MODULE = re.compile(r"(?:stdnum|signer\.scheme)(?:\.[a-z_0-9]+)+")
"""Data files may name modules of these two packages only: they must not be able to load anything else."""


@dataclass(frozen=True)
class PartRules:
    """What the forms of one part have in common."""

    fields: Mapping[str, Field]
    identity: tuple[str, ...]
    likeness: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class SchemeRules:
    """What the file of a Member State refers to. terms: the members of each parliament, as keys of `members`."""

    parts: Mapping[str, PartRules]
    residence: Residence
    sources: Sources
    terms: tuple[str, ...]


@dataclass(frozen=True)
class LoadedForm:
    """A form, its place in protocol order, and the members that the Member State elects in each term."""

    form: Form
    sorted_as: str
    members: Mapping[str, int]


def read_form(table: Table, rules: SchemeRules) -> LoadedForm:
    """Return the form in the file of one Member State."""
    code = _read_code(table)
    part_name = table.string("part")
    part = rules.parts.get(part_name)
    if part is None:
        raise table.refuse(f"part is {part_name}, expected one of {', '.join(rules.parts)}", "part")
    fields = _read_fields(table, part)
    form = Form(
        member_state=code,
        name=table.string("name"),
        native_names=_read_labels(table, "native_names"),
        aliases=table.strings("aliases", ()),
        part=part_name,
        fields=MappingProxyType(fields),
        document_types=MappingProxyType(_read_document_types(table, fields, rules.sources)),
        ages=_read_ages(table, rules.sources),
        residence=rules.residence,
        identity=tuple(name for name in part.identity if name in fields),
        likeness=tuple(name for name in part.likeness if name in fields),
        notes=table.strings("notes", ()),
        sources=(*part.sources, *rules.sources.read(table)),
    )
    members = table.table("members")
    loaded = LoadedForm(form, table.string("sorted_as"), {term: members.number(term) for term in rules.terms})
    members.finish()
    table.finish()
    return loaded


def _read_code(table: Table) -> str:
    code = table.string("code")
    if not _CODE.fullmatch(code) or code != table.file.stem:
        raise table.refuse("code was expected to be capital letters, and the name of the file", "code")
    return code


def _read_fields(table: Table, part: PartRules) -> dict[str, Field]:
    left_out = table.strings("not_asked", ())
    for name in left_out:
        if name not in part.fields:
            raise table.refuse(f"not_asked names {name}, which the part does not ask for", "not_asked")
    return {name: field for name, field in part.fields.items() if name not in left_out}


def _read_labels(table: Table, key: str) -> Mapping[str, str]:
    labels = table.string_map(key)
    for language in labels:
        if not _LANGUAGE.fullmatch(language):
            raise table.refuse(f"{language} is no language tag", key, language)
    return MappingProxyType(dict(labels))


def _read_ages(table: Table, sources: Sources) -> tuple[AgeRule, ...]:
    ages: list[AgeRule] = []
    for each in table.tables("age"):
        ages.append(_read_age(each, sources))
        each.refuse_before((ages[-2].valid_from or date.min) if len(ages) > 1 else None, "valid_from")
    return tuple(ages)


def _read_age(table: Table, sources: Sources) -> AgeRule:
    count = table.choice("count", AgeCount)
    rule = AgeRule(table.number("minimum"), count, table.optional_day("valid_from"), sources.read(table))
    table.finish()
    return rule


def _read_document_types(table: Table, fields: Mapping[str, Field], sources: Sources) -> dict[str, DocumentType]:
    if not any(field.kind is FieldKind.DOCUMENT_TYPE for field in fields.values()):
        return {}
    documents = table.table("documents")
    return {key: _read_document_type(key, documents.table(key), sources) for key in documents.names()}


def _read_document_type(key: str, table: Table, sources: Sources) -> DocumentType:
    if not _KEY.fullmatch(key):
        raise table.refuse(f"{key} was expected to be small letters and underscores")
    shortest, longest = _read_length(table)
    document_type = DocumentType(
        key=key,
        property_key=table.string("property"),
        labels=_read_labels(table, "labels"),
        pattern=table.pattern("pattern"),
        example=table.string("example"),
        digits_only=table.flag("digits_only", default=False),
        shortest=shortest,
        longest=longest,
        check=_read_module(table, "check", "validate"),
        birth_date=_read_module(table, "birth_date", "get_birth_date"),
        not_a_person=table.optional_pattern("not_a_person"),
        century_mark=table.string("century_mark", ""),
        leading_zeros_optional=table.flag("leading_zeros_optional", default=False),
        valid_from=table.optional_day("valid_from"),
        sources=sources.read(table),
    )
    _refuse_wrong_example(table, document_type)
    table.finish()
    return document_type


def _read_length(table: Table) -> tuple[int, int]:
    each = table.table("length")
    shortest, longest = each.number("from"), each.number("to")
    if shortest > longest:
        raise each.refuse(f"length runs from {shortest} to {longest}")
    each.finish()
    return shortest, longest


def _read_module(table: Table, key: str, function: str) -> str:
    name = table.string(key, "")
    if not name:
        return ""
    if not _MODULE.fullmatch(name):
        raise table.refuse(f"{key} was expected to name a module of stdnum or signer.scheme", key)
    try:
        module = load_module(name)
    except ImportError as reason:
        raise table.refuse(f"{key} names {name}, but there is no such module", key) from reason
    if not callable(getattr(module, function, None)):
        raise table.refuse(f"{key} names {name}, which has no function {function}", key)
    return name


def _refuse_wrong_example(table: Table, document_type: DocumentType) -> None:
    # No mark of a century stands in an example, so the day by which it is read does not matter.
    number = normalise_number(document_type.example, "", date.min)
    fits = document_type.pattern.fullmatch(number) and document_type.shortest <= len(number) <= document_type.longest
    if not fits or (document_type.digits_only and not number.isdecimal()):
        raise table.refuse("example fits neither pattern, length nor digits_only", "example")
