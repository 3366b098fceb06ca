"""The opening key in shares: m of n holders together have it, fewer have nothing.

SLIP-39 (Shamir's secret sharing over GF(256) with words and checksums), one group, empty passphrase; 33 words a share.
SLIP-39's own digest finds most wrong mixtures; the key id is compared besides, because a wrong
passphrase or a foreign set of shares would otherwise give another key in silence.
Only the offline tool imports this room: the library calls itself a reference (decision 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shamir_mnemonic import Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.utils import MnemonicError

from signer.errors import SignerError
from signer.sealing.opening import SEED_BYTES, OpeningKey, WrongOpeningKey

FEWEST, MOST = 2, 16
WORDS = 33


class WrongShares(SignerError):
    """The shares are too few, misspelt, of different keys, or of another key than the statements are sealed to."""


@dataclass(frozen=True)
class ShareFacts:
    """What one share tells about itself; nothing of it is secret.

    place: which of the shares it is, from 0. threshold: how many are needed.
    """

    place: int
    threshold: int


def read_share(share: str) -> ShareFacts:
    """Return what `share` says, if its words and checksum are right. Raises WrongShares; it never repeats a word."""
    words = share.lower().split()
    if len(words) != WORDS:
        raise WrongShares(f"a share has {WORDS} words, not {len(words)}")
    try:
        read = Share.from_mnemonic(" ".join(words))
    except MnemonicError:
        raise WrongShares("a word of the share is misspelt, missing or out of place") from None
    if read.group_count != 1 or read.member_threshold < FEWEST:
        raise WrongShares("the share was not made by this ceremony: another kind of set, or one that opens alone")
    return ShareFacts(read.index, read.member_threshold)


def split(opening_key: OpeningKey, *, threshold: int, count: int) -> tuple[str, ...]:
    """Return `count` shares of 33 words, any `threshold` of which give the key. Raises WrongShares.

    threshold: at least 2, so that nobody opens alone.
    """
    if not FEWEST <= threshold <= count <= MOST:
        raise WrongShares(f"{threshold} of {count} shares: at least {FEWEST} must be needed, at most {MOST} made")
    (group,) = generate_mnemonics(1, [(threshold, count)], opening_key.seed)
    return tuple(group)


def combine(shares: Sequence[str], *, fingerprint: bytes) -> OpeningKey:
    """Return the opening key that `shares` make together.

    fingerprint: SHA-256 of the public key, from the trust file that the holders carry.
    Raises WrongShares; the message never repeats a word.
    """
    distinct = sorted({" ".join(share.lower().split()) for share in shares})
    try:
        seed = combine_mnemonics(distinct)
    except MnemonicError as error:
        raise WrongShares(_reason(distinct, error)) from None
    try:
        key = OpeningKey.from_seed(seed)
    except WrongOpeningKey:
        raise WrongShares(f"the shares make a secret of {len(seed)} bytes, not {SEED_BYTES}") from None
    if key.recipient.fingerprint != fingerprint:
        raise WrongShares(
            f"the shares make key {key.recipient.key_id.hex()}, the trust file names {fingerprint[:16].hex()}"
        )
    return key


def _reason(shares: Sequence[str], error: MnemonicError) -> str:
    lengths = sorted({len(share.split()) for share in shares})
    if lengths != [WORDS]:
        return f"a share has {WORDS} words, these have {', '.join(map(str, lengths)) or 'none'}"
    if "Wrong number" in str(error) or "Insufficient" in str(error):
        return f"{len(shares)} different shares are too few, or too many, to make the key"
    return "a share is misspelt, or the shares are not of one key"
