"""The application for a WSGI server: `wsgi:application`. `signer serve` needs no such file."""

from signer.web.worker import make_app

application = make_app()
