"""The root of all our errors."""


class SignerError(Exception):
    """Something that a caller can name and answer.

    The message is one line in lower case: what was found and what was expected. It never holds what a citizen
    typed, a code or a key; `web/errors.py` and the commands decide what a person reads.
    """
