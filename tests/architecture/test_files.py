"""No file is kept twice: somebody would change the one, and everybody be shown the other."""

from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("bench", "docs", "migrations", "requirements", "signer", "templates", "tests")
BUILT = {".mo", ".pyc"}
MIN_BYTES = 200
"""Shorter ones may be the same by chance, such as the empty `__init__.py` of each room."""


def test_no_two_files_have_the_same_bytes() -> None:
    paths: dict[bytes, list[str]] = defaultdict(list)
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix not in BUILT and path.stat().st_size >= MIN_BYTES:
                paths[path.read_bytes()].append(str(path.relative_to(ROOT)))

    assert [same for same in paths.values() if len(same) > 1] == []
