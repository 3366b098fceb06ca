"""What the person at the offline machine reads when something does not fit: what happened, and what to do."""

from signer.batches.batch_file import MalformedBatch
from signer.batches.manifest import MalformedManifest
from signer.errors import SignerError
from signer.ledger.checkpoint import MalformedCheckpoint
from signer.sealing.opening import CannotOpen, WrongOpeningKey
from signer.sealing.request import MalformedKeyRequest
from signer.sealing.selftest import SelfTestFailed
from signer.sealing.shares import WrongShares
from signer.sealing.signing import BadSignature
from signer.sealing.trust import MalformedTrust

DOUBTFUL_BATCH = "Do not use this file; ask whoever sent it for the batch again, by another way."
SUPERFLUOUS = "Leave out the files that are not needed and run the command again."
OTHER = "Nothing was written; put it right and run the command again."


class Refusal(SignerError):
    """The offline tool stops; `advice` is one sentence on what to do."""

    def __init__(self, message: str, advice: str = OTHER) -> None:
        super().__init__(message)
        self.advice = advice


class NotVerified(Refusal):
    """Batches do not fit the trust file, the scheme or themselves; one line for each thing that does not."""

    def __init__(self, lines: list[str], advice: str = DOUBTFUL_BATCH) -> None:
        super().__init__("\n".join(lines), advice)
        self.lines = lines


ADVICE: dict[type[SignerError], str] = {
    MalformedBatch: DOUBTFUL_BATCH,
    MalformedManifest: DOUBTFUL_BATCH,
    MalformedCheckpoint: DOUBTFUL_BATCH,
    BadSignature: DOUBTFUL_BATCH,
    CannotOpen: DOUBTFUL_BATCH,
    WrongOpeningKey: DOUBTFUL_BATCH,
    MalformedTrust: "Take the trust file that a holder carried from the ceremony, unchanged.",
    MalformedKeyRequest: "Have the service make the request anew: signer keys request NUMBER.",
    WrongShares: "Compare the words with the paper, and see that the shares are of this initiative's ceremony.",
    SelfTestFailed: "Install this tool anew on a machine that you trust; open nothing with it until then.",
}


def advice_for(error: SignerError) -> str:
    """Return what to do about `error`, in one sentence."""
    if isinstance(error, Refusal):
        return error.advice
    return ADVICE.get(type(error), OTHER)
