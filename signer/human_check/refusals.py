"""Refusals: why a human check does not count. Each is answered by a new one, and nothing that was typed is lost."""

from signer.errors import SignerError


class CheckRefused(SignerError):
    """No human check was passed: another one has to be."""


class NotChecked(CheckRefused):
    """Neither a solution nor a waiting token came: the browser runs no script, or has not finished."""


class ForgedCheck(CheckRefused):
    """What came is not a solution of a challenge of ours, nor a waiting token of ours."""


class ExpiredCheck(CheckRefused):
    """The challenge or waiting token is ours, and too old."""


class TooEarly(CheckRefused):
    """The waiting token is ours, and its time has not come. seconds: how much longer to wait, at least one."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"the waiting token was sent {seconds} seconds too early")
        self.seconds = seconds
