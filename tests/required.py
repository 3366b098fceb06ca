"""Programs that a machine may lack: a test that needs one is skipped, or fails where it must not be."""

import os

import pytest


def require_or_skip(what: str, reason: str) -> None:
    """Skip a test whose means are missing here, or fail it where SIGNER_REQUIRE says that they must be there."""
    if what in os.environ.get("SIGNER_REQUIRE", "").split(","):
        pytest.fail(f"SIGNER_REQUIRE names {what}, but {reason}")
    pytest.skip(reason)
