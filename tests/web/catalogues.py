"""Keeps the catalogues of messages true to the sources: `python -m tests.web.catalogues [--update]`.

Without `--update` it says what is out of date and exits 1: a part of `make check`.
"""

import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

from signer.web.languages import LANGUAGES

ROOT = Path(__file__).parents[2]
TRANSLATIONS = ROOT / "signer" / "translations"
DOMAINS = {"messages": LANGUAGES, "console": ("en",)}
"""Name of a catalogue to the languages that it is complete in."""
OF_CONSOLE = ("signer/web/console/", "templates/console/")
"""Where texts are that citizens never see."""
HEADER = "# Messages of signer. English is the source: an empty translation shows the message itself."
JINJA = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "trim_blocks": "true", "silent": "false"}
SPOKEN_ATTRIBUTE = re.compile(r'(?:aria-label|alt|title|placeholder)="[^"{]*[^\W\d_][^"]*"')
UNKEPT_HEADERS = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Report-Msgid', b'"Last-Translator', b'"Language-Team')
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def extracted(domain: str) -> Catalog:
    """Return the messages of the sources that belong into the catalogue `domain`, in the order of files and lines."""
    catalog = Catalog(project="signer", version="1", header_comment=HEADER, charset="utf-8", fuzzy=False)
    for folder, method, options in (("signer", "python", {}), ("templates", "jinja2", JINJA)):
        pattern = "**.py" if method == "python" else "**.*"
        found = extract_from_dir(
            str(ROOT / folder),
            [(pattern, method)],
            {pattern: options},
            KEYWORDS,
            ("Translators:",),
            strip_comment_tags=True,
        )
        for file, line, message, comments, context in found:
            place = f"{folder}/{file}"
            if place.startswith(OF_CONSOLE) == (domain == "console"):
                catalog.add(message, None, [(place, line)], auto_comments=comments, context=context)
    return catalog


def template(domain: str) -> Path:
    """Return where the messages of a catalogue lie, without any translation."""
    return TRANSLATIONS / f"{domain}.pot"


def catalogue(domain: str, language: str) -> Path:
    """Return where the catalogue of a language lies."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{domain}.po"


def problems() -> Iterator[str]:
    """Say what is out of date, a line each."""
    for domain, languages in DOMAINS.items():
        wanted = _ids(extracted(domain))
        for path in (template(domain), *(catalogue(domain, language) for language in languages)):
            name = path.relative_to(ROOT)
            if not path.exists():
                yield f"{name} is missing"
                continue
            kept = _ids(_read(path))
            yield from (f"{name} lacks {message!r}" for message in sorted(wanted - kept, key=str))
            yield from (f"{name} still has {message!r}" for message in sorted(kept - wanted, key=str))


def bare_texts() -> Iterator[str]:
    """Say where a template has words that no translator would see, a line each."""
    environment = Environment(extensions=JINJA["extensions"].split(","), trim_blocks=True, autoescape=True)
    for path in sorted((ROOT / "templates").rglob("*.*")):
        source = path.read_text(encoding="utf-8")
        inside = False
        for line, kind, text in environment.lex(source):
            if kind == "data":
                words, inside = _outside_tags(text, inside=inside)
                if any(character.isalpha() for character in words):
                    yield f"{path.relative_to(ROOT)}:{line} has bare text: {' '.join(words.split())!r}"
        for spoken in SPOKEN_ATTRIBUTE.finditer(source):
            yield f"{path.relative_to(ROOT)} has bare text: {spoken.group()!r}"


def unknown_names() -> Iterator[str]:
    """Say which modules translate by a name that the search for messages does not know, a line each."""
    for path in sorted((ROOT / "signer").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for imported in node.names if isinstance(node, ast.ImportFrom) else ():
                if imported.name.endswith("gettext") and (imported.asname or imported.name) not in KEYWORDS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno} translates by {imported.asname or imported.name}"


def update() -> None:
    """Write the templates anew and bring each language's catalogues up to date; translations are kept."""
    for domain, languages in DOMAINS.items():
        messages = extracted(domain)
        _write(template(domain), messages)
        for language in languages:
            path = catalogue(domain, language)
            kept = _read(path) if path.exists() else Catalog(locale=language)
            kept.update(messages, no_fuzzy_matching=True)
            kept.project, kept.version, kept.header_comment, kept.fuzzy = "signer", "1", HEADER, False
            _write(path, kept)


def _ids(catalog: Catalog) -> set[object]:
    return {(message.context, message.id) for message in catalog if message.id}


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _write(path: Path, catalog: Catalog) -> None:
    content = BytesIO()
    # No line numbers and no dates: the files change only when a message does.
    write_po(content, catalog, width=110, include_lineno=False, sort_by_file=True, ignore_obsolete=True)
    lines = content.getvalue().splitlines(keepends=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line for line in lines if not line.startswith(UNKEPT_HEADERS)))


def _outside_tags(text: str, *, inside: bool) -> tuple[str, bool]:
    """Return what of `text` stands outside tags, and whether it ends inside one.

    inside: whether it begins inside one, because the piece before it ended there.
    """
    outside = []
    for character in text:
        if character in "<>":
            inside = character == "<"
        elif not inside:
            outside.append(character)
    return "".join(outside).replace("<!doctype html>", ""), inside


if __name__ == "__main__":
    if "--update" in sys.argv[1:]:
        update()
    found = [*problems(), *unknown_names(), *bare_texts()]
    print("\n".join(found) or "the catalogues are up to date")  # noqa: T201 - a command
    sys.exit(1 if found else 0)
