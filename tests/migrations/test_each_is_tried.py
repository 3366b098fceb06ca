"""A migration runs once over what somebody cannot replace: each is tried first over rows of the schema before it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
VERSIONS = sorted(path.stem for path in (FOLDER.parents[1] / "migrations" / "versions").glob("0*.py"))


def test_the_migrations_are_found() -> None:
    assert VERSIONS[:2] == ["0001_first", "0002_human_check"]


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_a_migration_has_a_test_of_its_own(version: str) -> None:
    """All but the first, which has nothing before it; every test that makes an instance tries that one."""
    assert list(FOLDER.glob(f"test_{version[:4]}_*.py")), f"no test takes stored rows over migration {version}"
