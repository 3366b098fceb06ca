"""The room of the web has what needs Flask or a template, and nothing else: the command line would miss the rest."""

import re

from tests.architecture.imports import import_graph

WEB = "signer.web"
OF_PAGES = re.compile(r"flask|flask_\w+|jinja2|markupsafe|werkzeug|wtforms")

MIRRORS = {
    "signer.web.public.typed_form": "its names are those of the inputs in the templates",
}
"""Modules that need neither, and why they are here nevertheless."""


def needing_flask(modules: set[str]) -> set[str]:
    """Return those that import Flask, a library around it, or another one that does."""
    graph = import_graph()
    imported = {module: graph.find_modules_directly_imported_by(module) for module in modules}
    found = {module for module, names in imported.items() if any(map(OF_PAGES.fullmatch, names))}
    while more := {module for module in modules - found if imported[module] & found}:
        found |= more
    return found


def test_every_module_of_the_web_needs_flask_or_a_template() -> None:
    graph = import_graph()
    modules = {name for name in graph.find_descendants(WEB) if not graph.find_children(name)}

    assert modules - needing_flask(modules) == MIRRORS.keys()
