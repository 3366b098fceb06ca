"""The name of a passed human check: what is kept so that it counts once, and what binds a check page to it."""

from signer.sealing.keyed_digest import keyed_digest

CHECK_ID_BYTES = 16


def check_id(key: bytes, kind: bytes, nonce: bytes) -> bytes:
    """Return the 16 bytes that name one challenge or one waiting token.

    key: the secret `human-check-key`. Without it, who has seen a challenge on its way cannot find out from the
    database whether it was spent.
    kind: keeps the names of challenges and of waiting tokens apart.
    """
    return keyed_digest(key, b"signer spent check\0" + kind + b"\0" + nonce)[:CHECK_ID_BYTES]
