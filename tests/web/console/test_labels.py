"""Labels stand beside what the code knows, by its enumerations: none of these may get a member without one."""

from collections.abc import Collection, Mapping
from dataclasses import fields

import pytest

from signer.accounts.roles import Role
from signer.audit.entry import EntryKind
from signer.batches.certify import INVALID
from signer.batches.state import EXPORTED, REMADE, State
from signer.initiatives import changes
from signer.initiatives.calendar import Duty
from signer.initiatives.initiative import InitiativeText, Status
from signer.initiatives.lifecycle import STEPS
from signer.tallies.overview import ThresholdStanding
from signer.web.console.labels import audit, batches, campaign, numbers, roles


@pytest.mark.parametrize(
    ("labels", "known"),
    [
        (audit.ACTS, EntryKind),
        (batches.STATES, {*State, EXPORTED, REMADE}),
        (batches.REASONS, INVALID),
        (campaign.STATUSES, Status),
        (campaign.STEPS, STEPS),
        (campaign.STEPS_DONE, STEPS),
        (campaign.DUTIES, Duty),
        (campaign.ARTICLES, Duty),
        (campaign.FACTS, changes.FACTS),
        (campaign.TEXT_PARTS, [field.name for field in fields(InitiativeText)]),
        (numbers.STANDINGS, ThresholdStanding),
        (roles.ROLE_NAMES, Role),
        (roles.ROLE_MEANINGS, Role),
    ],
    ids=lambda value: None,
)
def test_each_member_has_a_label_and_no_label_is_left_over(
    labels: Mapping[str, object], known: Collection[str]
) -> None:
    assert set(labels) == set(known)
