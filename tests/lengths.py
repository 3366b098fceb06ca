"""Lengths of the property tests: a few examples in `make test`, all of them in `make proof`."""

import os

AT_FULL_LENGTH = "SIGNER_PROOF" in os.environ


def examples(full: int) -> int:
    """How many examples of a property are tried: a fifth of `full`, or all of them where SIGNER_PROOF is set."""
    return full if AT_FULL_LENGTH else full // 5
