"""The normal form of an e-mail address: one account for each."""

from email_validator import EmailNotValidError, validate_email

from signer.errors import SignerError


class WrongAddress(SignerError):
    """What was given is no e-mail address."""


def normal_address(text: str) -> str:
    """Return the e-mail address as it is kept and compared, in lower case. Raises WrongAddress.

    No server is asked whether the address takes mail.
    """
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise WrongAddress("this is not an e-mail address; expected one like name@example.org") from None
