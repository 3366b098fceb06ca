"""What a view works with: the service, the initiative and the collection that the address names."""

from datetime import date

from flask import g

from signer.initiatives.collection import Collection
from signer.initiatives.initiative import Initiative
from signer.tallies.overview import Overview
from signer.web.site import site


def find_initiative(number: str) -> Initiative:
    """Return the initiative that the address names. Raises UnknownInitiative.

    From then on this request's pages, error pages too, know that they are about it.
    """
    initiative = site().service.catalogue.find(number)
    g.initiative = initiative
    return initiative


def overview_of(initiative: Initiative) -> Overview:
    """Return where the initiative stands: a few seconds old, in a rush half a minute. Raises StoreUnavailable."""
    return site().service.overview(initiative, spare=site().human_check.is_surging())


def open_collection(number: str, member_state: str, *, on: date) -> Collection:
    """Return the collection that the address names, if it takes statements on the day `on`.

    Raises UnknownInitiative, UnknownMemberState or NotCollecting.
    """
    find_initiative(number)
    collection = site().service.catalogue.collection(number, member_state)
    collection.require_open(on)
    return collection
