"""What a view works with: the service, the initiative and the collection that the address names."""

from datetime import date
from typing import cast

from flask import current_app, g

from signer.human_check.check import HumanCheck
from signer.human_check.check_token import CheckTokens
from signer.initiatives.collection import Collection
from signer.initiatives.initiative import Initiative
from signer.service.service import Service
from signer.tallies.overview import Overview
from signer.web.caching import RenderedPages


def service() -> Service:
    """Return the service of the running application."""
    return cast("Service", current_app.extensions["signer"])


def check_tokens() -> CheckTokens:
    """Return what issues and reads the tokens of check pages."""
    return cast("CheckTokens", current_app.extensions["check_tokens"])


def human_check() -> HumanCheck:
    """Return the human check of the running application."""
    return cast("HumanCheck", current_app.extensions["human_check"])


def rendered_pages() -> RenderedPages:
    """Return the form pages that have been rendered before."""
    return cast("RenderedPages", current_app.extensions["rendered_pages"])


def find_initiative(number: str) -> Initiative:
    """Return the initiative that the address names. Raises UnknownInitiative.

    From then on this request's pages, error pages too, know that they are about it.
    """
    initiative = service().catalogue.find(number)
    g.initiative = initiative
    return initiative


def overview_of(initiative: Initiative) -> Overview:
    """Return where the initiative stands: a few seconds old, in a rush half a minute. Raises StoreUnavailable."""
    return service().overview(initiative, spare=human_check().is_surging())


def open_collection(number: str, member_state: str, *, on: date) -> Collection:
    """Return the collection that the address names, if it takes statements on the day `on`.

    Raises UnknownInitiative, UnknownMemberState or NotCollecting.
    """
    find_initiative(number)
    collection = service().catalogue.collection(number, member_state)
    collection.require_open(on)
    return collection
