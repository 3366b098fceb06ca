"""The application for a WSGI server: `wsgi:application`. `signer serve` needs no such file."""

from signer.web.app import create_app

application = create_app()
