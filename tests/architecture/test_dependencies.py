"""pyproject.toml names the libraries that the code imports, each in the group that needs it, and no others."""

import functools
import re
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.architecture.imports import import_graph

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]

NOT_IMPORTED = {
    "argon2-cffi": "libpass loads it by name",
    "editables": "`make install` builds with it",
    "govuk-frontend-jinja": "the templates import its macros",
    "hatchling": "`make install` builds with it",
    "import-linter": "`make check` runs it",
    "lxml-stubs": "mypy reads it",
    "mypy": "`make check` runs it",
    "pre-commit": "CONTRIBUTING.md runs it",
    "pytest-cov": "`make coverage` loads it",
    "redis": "limits loads it when `limits_url` names a server",
    "ruff": "`make check` runs it",
    "types-tqdm": "mypy reads it",
    "tzdata": "zoneinfo reads it where the system has no time zones",
}
"""Declared though no module imports it, and who uses it."""


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: Iterable[str]) -> set[str]:
    """Return the names of the distributions."""
    return {normalised(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}


OFFLINE = declared(PROJECT["dependencies"])
SERVICE, DEV = (declared(PROJECT["optional-dependencies"][group]) for group in ("service", "dev"))


@functools.cache
def distributions() -> dict[str, set[str]]:
    """Return the distributions that may give each module: several where they share a name space."""
    return {module: {normalised(name) for name in names} for module, names in packages_distributions().items()}


def imported_by(*packages: str) -> dict[str, set[str]]:
    """Return each library that the packages, and whatever of ours these import, need; with what may give it."""
    graph = import_graph()
    modules = {name for package in packages for name in graph.find_upstream_modules(package, as_package=True)}
    libraries = modules - sys.stdlib_module_names - {name for name in modules if not graph.is_module_squashed(name)}
    return {library: distributions().get(library, set()) for library in libraries}


def undeclared(imported: dict[str, set[str]], allowed: set[str]) -> list[str]:
    return sorted(library for library, names in imported.items() if not names & allowed)


def test_what_the_offline_tool_imports_is_declared_for_everybody() -> None:
    assert undeclared(imported_by("signer.offline"), OFFLINE) == []


def test_what_the_service_imports_is_declared_for_it() -> None:
    assert undeclared(imported_by("signer"), OFFLINE | SERVICE) == []


def test_what_the_tests_and_benchmarks_import_is_declared() -> None:
    assert undeclared(imported_by("tests", "bench"), OFFLINE | SERVICE | DEV) == []


def test_what_is_declared_is_imported_by_those_for_whom_it_is_declared() -> None:
    """What only the service imports would be carried to the offline machine, what only tests import to the service."""
    unused: set[str] = set()
    for group, packages in ((OFFLINE, ["signer.offline"]), (SERVICE, ["signer"]), (DEV, ["tests", "bench"])):
        unused |= group - set().union(*imported_by(*packages).values())

    assert unused == NOT_IMPORTED.keys()


def test_no_library_is_declared_in_two_groups() -> None:
    assert not (OFFLINE & SERVICE) | (OFFLINE & DEV) | (SERVICE & DEV)
