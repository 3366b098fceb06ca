"""A dress rehearsal ends well, and does not where something was lost, added or changed."""

import json
import signal
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from signer.cli import rehearse as command
from signer.rehearsal import campaign
from signer.rehearsal.campaign import Campaign
from signer.rehearsal.comparison import Figures
from signer.rehearsal.scenario import Visit, plan_visits
from signer.scheme.load import load_scheme
from signer.sealing.code import Code
from tests.journeys.rehearsed import DATABASES, Rehearsed, rehearsed_on, run

pytestmark = pytest.mark.together("rehearsal")

FEW = 27
"""For what has to fail, one statement of each Member State will do."""


@pytest.fixture(params=DATABASES)
def rehearsed(request: pytest.FixtureRequest) -> Rehearsed:
    """A rehearsal of 270 statements on each database."""
    return rehearsed_on(request.param, request)


@pytest.fixture
def rehearse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[type[Campaign]], Result]]:
    """Rehearses a campaign of few statements in which something goes wrong."""
    told_to_end = signal.getsignal(signal.SIGTERM)

    def few(*given: object, **options: object) -> tuple[Visit, ...]:
        return plan_visits(*given, **options)[:FEW]  # type: ignore[arg-type]

    def _rehearse(kind: type[Campaign]) -> Result:
        monkeypatch.setattr(campaign, "plan_visits", few)
        monkeypatch.setattr(command, "Campaign", kind)
        return CliRunner().invoke(command.rehearse, ["--quiet", "--seed", "1", "--json"])

    yield _rehearse
    signal.signal(signal.SIGTERM, told_to_end)


def test_nothing_is_lost_added_or_changed(rehearsed: Rehearsed) -> None:
    """The whole way, from the citizen's form to the authority's file, on both databases."""
    assert rehearsed.exit_status == 0, rehearsed.result
    assert rehearsed.result["equal"] is True
    assert rehearsed.result["differences"] == []
    totals = rehearsed.result["totals"]
    assert (totals["sent"], totals["received"], totals["erased"]) == (270, 270, 27)
    assert totals["in_batch"] == totals["opened"] == totals["equal"] == 243
    assert totals["persons"] == 7 * 27
    assert rehearsed.result["member_states"].keys() == load_scheme().forms.keys()


def test_every_statement_typed_is_kept_for_others_to_check(rehearsed: Rehearsed) -> None:
    """Whoever does not believe the table compares the lines with the files."""
    assert len(rehearsed.typed) == 270
    for line in rehearsed.typed:
        form = load_scheme().member_state(line["member_state"])
        assert line["fields"].keys() == form.fields.keys()
        assert Code.parse(line["code"])


def test_clear_text_and_shares_lie_apart_and_are_for_their_owner_only(rehearsed: Rehearsed) -> None:
    """Only `offline` holds shares, only `opened` and `typed.jsonl` what was typed."""
    shares = [path.relative_to(rehearsed.root).parts[0] for path in rehearsed.root.rglob("share-*")]
    assert shares == ["offline"] * 3
    assert stat.S_IMODE(rehearsed.root.stat().st_mode) == 0o700
    assert stat.S_IMODE((rehearsed.root / "typed.jsonl").stat().st_mode) == 0o600
    assert sorted(path.name for path in rehearsed.root.iterdir()) == [
        "batches",
        "initiative.json",
        "instance",
        "logs",
        "offline",
        "opened",
        "secrets",
        "typed.jsonl",
    ]


def test_the_server_has_nothing_to_complain_about(rehearsed: Rehearsed) -> None:
    """A traceback in the log would be a fault that no page showed."""
    log = (rehearsed.root / "logs" / "serve.log").read_text(encoding="utf-8")

    assert "ERROR" not in log
    assert "Traceback" not in log


def test_a_folder_or_database_in_use_is_refused_before_anything_is_written(
    rehearsed: Rehearsed, tmp_path: Path
) -> None:
    """A rehearsal never touches a live instance."""
    url = rehearsed.database_url or f"sqlite:///{rehearsed.root / 'instance' / 'signer.sqlite3'}"

    into_folder, into_database = (
        run("--keep", str(rehearsed.root)),
        run("--database", url, "--keep", str(tmp_path / "a")),
    )

    assert into_folder.returncode == into_database.returncode == 1
    assert "is not an empty folder" in into_folder.stderr
    assert "an empty one was expected" in into_database.stderr
    assert not (tmp_path / "a").exists()


class Removes(Campaign):
    """Somebody deletes a row, and adjusts the counts and the log so that they fit."""

    def freeze_and_export(self) -> Mapping[str, int]:
        """Tamper, then go on."""
        with sqlite3.connect(self._folder.instance / "signer.sqlite3") as database:
            database.execute("DELETE FROM statement WHERE id = (SELECT id FROM statement WHERE member_state = 'FI')")
            database.execute("DELETE FROM leaf WHERE place = (SELECT max(place) FROM leaf)")
            database.execute("DELETE FROM received WHERE member_state = 'FI'")
            database.execute("DELETE FROM log_head")
        return super().freeze_and_export()


class Swaps(Campaign):
    """Somebody gives the row of one Member State the sealed bytes of another one's."""

    def freeze_and_export(self) -> Mapping[str, int]:
        """Tamper, then go on."""
        with sqlite3.connect(self._folder.instance / "signer.sqlite3") as database:
            database.execute(
                "UPDATE statement SET sealed = (SELECT sealed FROM statement WHERE member_state = 'DE') "
                "WHERE member_state = 'FR'"
            )
        return super().freeze_and_export()


class Edits(Campaign):
    """Somebody changes a letter in a file for an authority."""

    def open(self) -> Mapping[str, Figures]:
        """Open, then tamper."""
        figures = super().open()
        path = self._folder.opened / "SI.xml"
        text = path.read_text(encoding="utf-8")
        name = text.partition("family.names</key><value>")[2][:1]
        path.write_text(text.replace(f"names</key><value>{name}", "names</key><value>Q"), encoding="utf-8")
        return figures


@pytest.mark.long
def test_a_row_that_was_removed_with_all_its_traces_fails_the_rehearsal(
    rehearse: Callable[[type[Campaign]], Result],
) -> None:
    """The service's own numbers agree; what the citizens were told does not."""
    ended = rehearse(Removes)

    assert ended.exit_code == 1
    result = json.loads(ended.stdout)
    assert result["member_states"]["FI"]["equal"] == 0
    assert "FI: 0 in the batch, 1 were expected" in result["differences"]


@pytest.mark.long
def test_sealed_bytes_that_were_moved_to_another_row_fail_the_rehearsal(
    rehearse: Callable[[type[Campaign]], Result],
) -> None:
    """No row can be moved: nothing is opened at all."""
    ended = rehearse(Swaps)

    assert ended.exit_code == 1
    assert "batch create" in str(ended.exception)


@pytest.mark.long
def test_a_letter_that_was_changed_for_the_authority_fails_the_rehearsal(
    rehearse: Callable[[type[Campaign]], Result],
) -> None:
    """Every field of every statement is compared."""
    ended = rehearse(Edits)

    assert ended.exit_code == 1
    result = json.loads(ended.stdout)
    assert [difference.partition(": ")[2] for difference in result["differences"]] == [
        "family_names is not what was typed"
    ]
