"""Looks for code that nothing uses, counting what the templates use: `python -m tests.architecture.dead_code`."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes
from vulture.core import Vulture

ROOT = Path(__file__).parents[2]

FRAMEWORK = {
    "get_command": "click looks commands up",
    "list_commands": "click lists commands",
    "isolation_level": "sqlite3 reads it",
    "transactional_ddl": "Alembic reads it",
    "session_interface": "Flask reads it",
    "jinja_options": "Flask reads it",
    "jinja_loader": "Flask reads it",
    "open_session": "Flask calls it",
    "save_session": "Flask calls it",
    "session": "an argument that Flask gives",
    "direct_passthrough": "Flask reads it",
    "log_exception": "Flask calls it",
    "max_content_length": "werkzeug reads it",
    "get_timestamp": "itsdangerous calls it",
    "regex": "werkzeug reads it",
    "part_isolating": "werkzeug reads it",
    "to_url": "werkzeug calls it",
    "make_app": "granian is given its name",
    "DESTROYED": "a state of a batch that retention will set",
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
    "get_last_counter": "Flask-Security calls it",
    "set_last_counter": "Flask-Security calls it",
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

DECORATORS = ["@click.*", "@*.command", "@*.group", "@*.before_request", "@*.after_request", "@*.route", "@*.get"]
DECORATORS += ["@*.post", "@*.errorhandler", "@*.url_value_preprocessor", "@*.url_defaults", "@*.app_template_filter"]
DECORATORS += ["@*.context_processor", "@initiative.*", "@keys.*", "@batch.*", "@rules.*", "@audit.*", "@public.*"]
DECORATORS += ["@account.*", "@api.*"]


def names_in_templates() -> Iterator[str]:
    """Yield every name and attribute that a template uses."""
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    for path in sorted((ROOT / "templates").rglob("*.*")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        for node in tree.find_all((nodes.Getattr, nodes.Name)):
            yield node.attr if isinstance(node, nodes.Getattr) else node.name


def main() -> int:
    """Print what is unused; return 1 if anything is."""
    with tempfile.TemporaryDirectory() as folder:
        used = Path(folder) / "templates.py"
        used.write_text("".join(f"_.{name}\n" for name in sorted(set(names_in_templates()))), encoding="utf-8")
        vulture = Vulture(ignore_names=list(FRAMEWORK), ignore_decorators=DECORATORS)
        vulture.scavenge([str(ROOT / "signer"), str(used)])
        unused = vulture.get_unused_code(min_confidence=60)
    for item in unused:
        print(item.get_report())  # noqa: T201 - its purpose
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
