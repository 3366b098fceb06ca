"""Looks for code that nothing uses, counting what the templates use: `python -m tests.architecture.dead_code`.

What a framework uses is excused by name or by decorator. An excuse that excuses nothing is reported too.
"""

import ast
import sys
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from jinja2 import Environment, nodes
from vulture.core import Item, Vulture

ROOT = Path(__file__).parents[2]

FRAMEWORK = {
    "get_command": "click looks commands up",
    "list_commands": "click lists commands",
    "isolation_level": "sqlite3 reads it",
    "session_interface": "Flask reads it",
    "jinja_options": "Flask reads it",
    "jinja_loader": "Flask reads it",
    "open_session": "Flask calls it",
    "direct_passthrough": "Flask reads it",
    "log_exception": "Flask calls it",
    "max_content_length": "werkzeug reads it",
    "get_timestamp": "itsdangerous calls it",
    "regex": "werkzeug reads it",
    "part_isolating": "werkzeug reads it",
    "to_url": "werkzeug calls it",
    "make_app": "granian is given its name",
    "obj": "click hands it to commands",
    "impl": "SQLAlchemy reads it",
    "cache_ok": "SQLAlchemy reads it",
    "process_bind_param": "SQLAlchemy calls it",
    "process_result_value": "SQLAlchemy calls it",
    "key_derivation": "itsdangerous reads it",
    "secret_keys": "itsdangerous reads it",
    "digest_method": "Flask reads it",
    "get_cookie_secure": "Flask calls it",
    "permanent": "Flask reads it",
    "get_user_mapping": "Flask-Security calls it",
    "remember": "Flask-Security reads it",
    "is_register": "an argument that Flask-Security gives",
    "generate_qrcode": "Flask-Security calls it",
    "verify_totp": "Flask-Security calls it",
    "check_recovery_code": "Flask-Security calls it",
    "delete_recovery_code": "Flask-Security calls it",
    "session_protection": "Flask-Login reads it",
    "_session_identifier_generator": "Flask-Login calls it",
    "raw_data": "WTForms reads it",
    "timeout": "http.server and socketserver read it",
    "handle_error": "socketserver calls it",
    "log_message": "http.server calls it",
}
"""Names that a framework uses, and how."""

DECORATORS = {
    "*.command": "click calls it",
    "*.url_value_preprocessor": "Flask calls it",
    "*.url_defaults": "Flask calls it",
}
"""Patterns of decorators that hand a function to a framework."""


def names_in_templates() -> Iterator[str]:
    """Yield every name and attribute that a template uses."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    for path in sorted((ROOT / "templates").rglob("*.*")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for node in tree.find_all((nodes.Getattr, nodes.Name)):
            yield node.attr if isinstance(node, nodes.Getattr) else node.name


def unused_code() -> list[Item]:
    """Return what neither the program nor a template uses."""
    with tempfile.TemporaryDirectory() as folder:
        used = Path(folder) / "templates.py"
        used.write_text("".join(f"_.{name}\n" for name in sorted(set(names_in_templates()))), encoding="utf-8")
        vulture = Vulture()
        vulture.scavenge([str(ROOT / "signer"), str(used)])
        unused: list[Item] = vulture.get_unused_code(min_confidence=60)
        return unused


def excuse_for(item: Item) -> str | None:
    """Return the first name or pattern that excuses the item."""
    if item.name in FRAMEWORK:
        return str(item.name)
    decorators = decorators_of(item)
    return next((pattern for pattern in DECORATORS if any(fnmatch(name, pattern) for name in decorators)), None)


def decorators_of(item: Item) -> list[str]:
    """Return the decorators of a function, as they are written, without what they are given."""
    for node in ast.walk(ast.parse(item.filename.read_bytes())):
        if isinstance(node, ast.FunctionDef) and node.name == item.name:
            return [ast.unparse(name.func if isinstance(name, ast.Call) else name) for name in node.decorator_list]
    return []


def main() -> int:
    """Print what is unused, and which excuses are; return 1 if anything is."""
    excuses = {item: excuse_for(item) for item in unused_code()}
    complaints = [item.get_report() for item, excuse in excuses.items() if excuse is None]
    needless = (FRAMEWORK.keys() | DECORATORS.keys()) - set(excuses.values())
    complaints += [f"{__file__}: {excuse!r} excuses nothing any more" for excuse in sorted(needless)]
    print(*complaints, sep="\n", end="\n" if complaints else "")  # noqa: T201 - its purpose
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
