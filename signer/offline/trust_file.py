"""What a holder brings along: the trust file, and the scheme that it names."""

from pathlib import Path

from signer.offline.refusal import Refusal
from signer.scheme.form import Scheme
from signer.scheme.load import load_scheme
from signer.scheme.rule_file import InvalidRules
from signer.sealing.trust import Trust

LARGEST = 1 << 20


def read_small(path: Path) -> bytes:
    """Return the bytes of a file that people can read. Raises Refusal if it is longer than a mebibyte."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refusal(f"{path} is longer than {LARGEST} bytes", "Name the file that came from the ceremony.")
    return content


def read_trust(path: Path) -> tuple[Trust, Scheme]:
    """Return the trust file and the rules of its scheme. Raises MalformedTrust or Refusal."""
    trust = Trust.from_json(read_small(path))
    try:
        return trust, load_scheme(trust.scheme)
    except InvalidRules as error:
        advice = "Install a release of this tool that has the scheme."
        raise Refusal(f"the scheme {trust.scheme} cannot be used: {error}", advice) from None
