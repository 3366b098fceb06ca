"""Reads a scheme from its folder of data files, and refuses one that is not complete and consistent.

The folder of a scheme holds `scheme.toml`, `postal_codes.toml` and one file for each Member State, named by its code.
docs/rules.md tells how they look. Countries of residence are the same for all schemes: `countries.toml`.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from signer.scheme.form import Field, FieldKind, Form, ParliamentaryTerm, PostalRule, Residence, Scheme
from signer.scheme.load_form import PartRules, SchemeRules, read_form
from signer.scheme.rule_file import InvalidRules, Table, read_rule_file
from signer.scheme.sources import Sources, read_sources

DATA = Path(__file__).parent / "data"
OTHER_COUNTRIES = "other"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_COUNTRY = re.compile(r"[A-Z]{2}")
_SHARED_FILES = frozenset({"scheme.toml", "postal_codes.toml"})


def load_scheme(name: str = "eu", folder: Path | None = None) -> Scheme:
    """Return the scheme of this name; raises InvalidRules naming file and line.

    folder: where the folder of the scheme lies; None for those that come with the package, which are read once.
    """
    return _packaged_scheme(name) if folder is None else _read_scheme(name, folder)


@cache
def _packaged_scheme(name: str) -> Scheme:
    return _read_scheme(name, DATA)


def _read_scheme(name: str, folder: Path) -> Scheme:
    if not _NAME.fullmatch(name) or not (folder / name).is_dir():
        raise InvalidRules(f"there is no scheme of the name given; expected a folder of data files in {folder.name}")
    table = read_rule_file(folder / name / "scheme.toml")
    sources = read_sources(table)
    residence = _read_residence(folder / name / "postal_codes.toml", sources)
    rules = _read_scheme_rules(table, residence, sources)
    files = sorted(file for file in (folder / name).glob("*.toml") if file.name not in _SHARED_FILES)
    loaded = sorted((read_form(read_rule_file(file), rules) for file in files), key=lambda each: each.sorted_as)
    forms = {each.form.member_state: each.form for each in loaded}
    _refuse_shared_codes(table, forms)
    members = {each.form.member_state: each.members for each in loaded}
    if table.string("name") != name:
        raise table.refuse(f"the name is not that of the folder, {name}", "name")
    planning = table.table("planning")
    scheme = Scheme(
        name=name,
        title=table.string("title"),
        goal=table.number("goal"),
        member_states_needed=table.number("member_states_needed"),
        collection_months=table.number("collection_months"),
        invalid_share=planning.number("invalid_per_mille") / 1000,
        repeat_share=planning.number("repeat_per_mille") / 1000,
        surplus=planning.number("surplus_per_cent") / 100,
        planning_sources=sources.read(planning),
        forms=MappingProxyType(forms),
        terms=_read_terms(table, members, sources),
        residence=residence,
        sources=sources.read(table),
    )
    planning.finish()
    if scheme.member_states_needed > len(forms):
        raise table.refuse(f"more Member States are needed than the {len(forms)} there are", "member_states_needed")
    table.finish()
    return scheme


def _refuse_shared_codes(table: Table, forms: Mapping[str, Form]) -> None:
    codes = [code for form in forms.values() for code in (form.member_state, *form.aliases)]
    for code in codes:
        if codes.count(code) > 1:
            raise table.refuse(f"two Member States have the code or alias {code}")


def _read_scheme_rules(table: Table, residence: Residence, sources: Sources) -> SchemeRules:
    all_fields = table.table("fields")
    fields = {name: _read_field(name, all_fields.table(name)) for name in all_fields.names()}
    parts = table.table("parts")
    terms = tuple(str(term.number("members")) for term in table.tables("terms"))
    return SchemeRules(
        parts={name: _read_part(parts.table(name), fields, sources) for name in parts.names()},
        residence=residence,
        sources=sources,
        terms=terms,
    )


def _read_field(name: str, table: Table) -> Field:
    kind = table.choice("kind", FieldKind)
    read = Field(name, kind, table.string("property", ""), table.string("group"), table.number("at_most"))
    table.finish()
    return read


def _read_part(table: Table, fields: Mapping[str, Field], sources: Sources) -> PartRules:
    names = {key: table.strings(key) for key in ("fields", "identity")}
    names["likeness"] = table.strings("likeness", ())
    for key, chosen in names.items():
        known = fields if key == "fields" else names["fields"]
        for name in chosen:
            if name not in known:
                raise table.refuse(f"{key} names {name}, which is no field here", key)
    table.optional_day("valid_from")
    part = PartRules(
        {name: fields[name] for name in names["fields"]}, names["identity"], names["likeness"], sources.read(table)
    )
    table.finish()
    return part


def _read_terms(
    table: Table, members: Mapping[str, Mapping[str, int]], sources: Sources
) -> tuple[ParliamentaryTerm, ...]:
    terms: list[ParliamentaryTerm] = []
    for each in table.tables("terms"):
        terms.append(_read_term(each, members, sources))
        each.refuse_before(terms[-2].registered_from if len(terms) > 1 else None, "registered_from")
    return tuple(terms)


def _read_term(table: Table, members: Mapping[str, Mapping[str, int]], sources: Sources) -> ParliamentaryTerm:
    total = table.number("members")
    elected = {code: numbers[str(total)] for code, numbers in members.items()}
    # Also shows that no Member State's file is missing.
    if sum(elected.values()) != total:
        raise table.refuse(f"the Member States elect {sum(elected.values())} members, expected {total}", "members")
    thresholds = {code: number * total for code, number in elected.items()}
    term = ParliamentaryTerm(total, table.day("registered_from"), MappingProxyType(thresholds), sources.read(table))
    table.finish()
    return term


def _read_residence(file: Path, sources: Sources) -> Residence:
    countries, aliases = _read_countries()
    table = read_rule_file(file)
    rules = {}
    for code in table.names():
        if code not in countries and code != OTHER_COUNTRIES:
            raise table.refuse(f"{code} is no country of residence", code)
        rules[code] = _read_postal_rule(table.table(code), sources)
    if OTHER_COUNTRIES not in rules:
        raise table.refuse(f"{OTHER_COUNTRIES} is missing, the rule for all countries that have none of their own")
    others = rules.pop(OTHER_COUNTRIES)
    return Residence(countries, MappingProxyType(aliases), MappingProxyType(rules), others)


def _read_postal_rule(table: Table, sources: Sources) -> PostalRule:
    rule = PostalRule(
        pattern=table.optional_pattern("pattern"),
        example=table.string("example"),
        at_most=table.number("at_most"),
        optional=table.flag("optional", default=False),
        sources=sources.read(table),
    )
    table.finish()
    return rule


@cache
def _read_countries() -> tuple[tuple[str, ...], Mapping[str, str]]:
    table = read_rule_file(DATA / "countries.toml")
    codes = table.strings("codes")
    aliases = table.string_map("aliases")
    table.string("source")
    for code in (*codes, *aliases):
        if not _COUNTRY.fullmatch(code):
            raise table.refuse(f"{code} is not a code of two capital letters", "codes" if code in codes else "aliases")
    for alias, code in aliases.items():
        if code not in codes or alias in codes:
            raise table.refuse(f"{alias} was expected to stand for another country of the list", "aliases", alias)
    table.finish()
    return tuple(sorted(codes)), aliases
