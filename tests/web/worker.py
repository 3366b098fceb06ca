"""A worker of the service within the test's own process."""

from flask.testing import FlaskClient

from signer.initiatives.catalogue import Catalogue
from signer.service.service import Service
from signer.web.app import create_app
from tests.conftest import Instance


def client_of(instance: Instance) -> FlaskClient:
    """A client of the pages as a worker process that has just started shows them."""
    service = Service(instance.settings, instance.engine, instance.store, Catalogue(instance.engine, instance.settings))
    return create_app(instance.settings, service).test_client()
