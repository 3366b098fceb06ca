"""The link of an invitation, which commands print too, leads to the page that accepts it."""

from pathlib import Path

from signer.accounts.invite import PAGE
from signer.web.console.addresses import CONSOLE
from tests.web.console.stage import stage


def test_the_link_leads_to_the_page(tmp_path: Path) -> None:
    with stage(tmp_path) as there:
        answer = there.app.test_client().get(f"{PAGE}?token=none")

    assert PAGE.startswith(f"{CONSOLE}/")
    assert (answer.status_code, "This invitation can no longer be used" in answer.text) == (410, True)
