"""Solves a challenge as a browser does, without one: for rehearsals, for measuring, for tests."""

import base64
import hashlib
import json
from collections.abc import Mapping
from itertools import count
from typing import Any


def solve(challenge: Mapping[str, Any]) -> str:
    """Return the solution of `challenge`, as the form sends it; takes as many hashes as the challenge asks for."""
    parameters = challenge["parameters"]
    start = bytes.fromhex(parameters["salt"]) + bytes.fromhex(parameters["nonce"])
    wanted = bytes.fromhex(parameters["keyPrefix"])
    length, sha256 = len(wanted), hashlib.sha256
    for counter in count():
        key = sha256(start + counter.to_bytes(4)).digest()
        if key[:length] == wanted:
            break
    solution = {"counter": counter, "derivedKey": key.hex()}
    return base64.b64encode(json.dumps({"challenge": dict(challenge), "solution": solution}).encode()).decode()
