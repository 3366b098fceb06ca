"""The changing parts of public addresses: languages and registration numbers. Anything else there is a 404."""

from flask import Flask
from werkzeug.routing import BaseConverter

from signer.registration_number import REGISTRATION_NUMBER
from signer.web.languages import LANGUAGES


class LanguageConverter(BaseConverter):
    """One of the offered languages."""

    regex = "|".join(LANGUAGES)


class RegistrationNumberConverter(BaseConverter):
    """A registration number such as 2021/000001, over two parts of the path."""

    regex = REGISTRATION_NUMBER.pattern
    part_isolating = False

    def to_url(self, value: str) -> str:
        """Return the number as it is: its slash divides the path."""
        return value


def install_converters(app: Flask) -> None:
    """Let routes say `<language:language>` and `<number:number>`."""
    app.url_map.converters.update(language=LanguageConverter, number=RegistrationNumberConverter)
