"""Known answers, asked at every start: a library that computes something else must not touch a statement.

`known_answers.json` holds them. The storage key's is of NIST (CAVP gcmDecrypt256.rsp), the signature's of RFC 8032
section 7.1; the others belong to this project's own formats and are computed a second time, from their description
alone, by the tests. Sealing has no known answer, since it is random; what was sealed once and must open is asked by the
offline tool (`signer/offline/selftest.py`).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path

from signer.errors import SignerError
from signer.sealing.canonical import SIZES, encode_plaintext
from signer.sealing.code import Code, MalformedCode
from signer.sealing.commitment import leaf_commitment
from signer.sealing.context import Context
from signer.sealing.envelope import ENVELOPE_SIZES, RecipientKey, key_id_of, seal
from signer.sealing.signing import BadSignature, SigningKey
from signer.sealing.storage_key import StorageKey, WrongStorageKey

ANSWERS = Path(__file__).with_name("known_answers.json")
Answers = Mapping[str, str]


class SelfTestFailed(SignerError):
    """A known answer does not come out; the message names which."""


@cache
def read_answers() -> Answers:
    """Return name to value, bytes in hexadecimal."""
    answers: Answers = json.loads(ANSWERS.read_text("utf-8"))
    return answers


def known_context(answers: Answers) -> Context:
    """Return where the statement of the known answers belongs; it was sealed under its former identifier."""
    return Context(
        answers["registration_number"],
        answers["member_state"],
        bytes.fromhex(answers["former_statement_id"]),
        date.fromisoformat(answers["on"]),
    )


def run_known_answers() -> None:
    """Return if every known answer comes out. Raises SelfTestFailed."""
    require_answers(
        {
            "code": _code,
            "context": _context,
            "plain text": _plaintext,
            "leaf": _leaf,
            "storage key": _storage_key,
            "collection key": _collection_key,
            "signature": _signature,
        }
    )


def require_answers(tests: Mapping[str, Callable[[Answers], bool]]) -> None:
    """Return if each test is true of the known answers. Raises SelfTestFailed, naming the first that is not."""
    answers = read_answers()
    for name, test in tests.items():
        try:
            passed = test(answers)
        except (SignerError, ValueError, LookupError):
            passed = False
        if not passed:
            raise SelfTestFailed(f"the known answer for {name} does not come out on this machine")


def _code(answers: Answers) -> bool:
    code = Code.parse(answers["code_text"])
    found = {
        "code": code.value.hex(),
        "erasure_proof": code.erasure_proof.hex(),
        "statement_id": code.statement_id.hex(),
        "former_statement_id": code.former_statement_id.hex(),
        "blind": code.blind.hex(),
        "code_text": code.text,
    }
    is_refused = _refuses(lambda: Code.parse(answers["code_text"][:-1] + "?"), MalformedCode)
    return found.items() <= answers.items() and is_refused


def _context(answers: Answers) -> bool:
    encoded = known_context(answers).encode(bytes.fromhex(answers["key_fingerprint"]))
    return encoded.hex() == answers["context"]


def _plaintext(answers: Answers) -> bool:
    fields = {"family_names": answers["family_names"]}
    encoded = encode_plaintext(fields, blind=bytes.fromhex(answers["blind"]), confirmed=frozenset())
    return hashlib.sha256(encoded).hexdigest() == answers["plaintext_sha256"]


def _leaf(answers: Answers) -> bool:
    blind = bytes.fromhex(answers["blind"])
    leaf = leaf_commitment(bytes.fromhex(answers["envelope"]), known_context(answers), blind)
    return leaf.hex() == answers["leaf"]


def _storage_key(answers: Answers) -> bool:
    key = StorageKey(bytes.fromhex(answers["gcm_key"]))
    wrapped, aad = bytes.fromhex(answers["gcm_wrapped"]), bytes.fromhex(answers["gcm_aad"])
    changed = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    return key.unwrap(wrapped, aad).hex() == answers["gcm_plaintext"] and _refuses(
        lambda: key.unwrap(changed, aad), WrongStorageKey
    )


def _collection_key(answers: Answers) -> bool:
    key = RecipientKey.from_bytes(bytes.fromhex(answers["public_key"]))
    envelope = seal(bytes(SIZES[0]), key, known_context(answers))
    return (
        key.fingerprint.hex() == answers["key_fingerprint"]
        and len(envelope) == ENVELOPE_SIZES[0]
        and key_id_of(envelope) == key.key_id
    )


def _signature(answers: Answers) -> bool:
    key = SigningKey.from_seed(bytes.fromhex(answers["ed25519_seed"]))
    message, signature = bytes.fromhex(answers["ed25519_message"]), bytes.fromhex(answers["ed25519_signature"])
    public = key.verifying_key
    public.verify(b"", message, signature)
    return (
        public.encoded.hex() == answers["ed25519_public_key"]
        and key.sign(b"", message) == signature
        and _refuses(lambda: public.verify(b"other", message, signature), BadSignature)
    )


def _refuses(action: Callable[[], object], error: type[SignerError]) -> bool:
    try:
        action()
    except error:
        return True
    return False
