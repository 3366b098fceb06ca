"""The root of all our errors."""


class SignerError(Exception):
    """Something that a caller can name and answer.

    The message is one line in lower case: what was found and what was expected. It never holds what a citizen
    typed, a code or a key; `web/errors.py` and the commands decide what a person reads.
    """


class Unfit(SignerError):
    """What somebody entered cannot be kept; `field` names the part that is wrong, empty for all of it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
