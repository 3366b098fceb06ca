"""`make proof` keeps one section for each part, and no part runs for ever."""

import os
import select
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest

from tests import proof
from tests.proof import FAILED, NOT_RUN, Row, main, ratios, read_sections, write_sections

PASSES = Row("One | two.", ("python", "-c", "print('begun'); print('2 passed')"))
FAILS = Row("Something else.", ("python", "-c", "raise SystemExit('the reason')"))


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, a page that was never written, and three parts."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "code").write_text("first")
    git(tmp_path, "add", "code")
    git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=First")
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(proof, "ROOT", tmp_path)
    monkeypatch.setattr(proof, "PAGE", tmp_path / "docs" / "proof.md")
    monkeypatch.setattr(proof, "PARTS", {"first": (PASSES,), "second": (FAILS, PASSES), "third": (PASSES,)})
    return tmp_path


def test_a_run_of_one_part_leaves_every_other_section_as_it_was(repository: Path) -> None:
    (repository / "docs" / "proof.md").write_text(
        "# Proof\n\nOld words.\n\n## third\n\nkept |  as it was\n\n## first\n\nold\n\n## gone\n\nno part any more\n"
    )

    assert main(["first"]) == 0

    sections = read_sections(page(repository))
    assert list(sections) == ["first", "second", "third"]
    assert "passed: 2 passed" in sections["first"]
    assert sections["second"] == NOT_RUN
    assert sections["third"] == "kept |  as it was\n"


def test_a_row_has_what_it_shows_command_result_time_day_and_commit(repository: Path) -> None:
    main(["first"])

    row = read_sections(page(repository))["first"].splitlines()[-1]
    shows, command, result, seconds, day, commit = (cell.strip() for cell in row.strip("|").split("|"))
    assert (shows, result) == ("One / two.", "passed: 2 passed")
    assert command.startswith("`python -c ")
    assert seconds.endswith(" s")
    assert time.strptime(day, "%Y-%m-%d")
    assert commit == git(repository, "rev-parse", "--short", "HEAD")


@pytest.mark.parametrize("changed", ["code", "new"])
def test_a_run_of_what_is_not_committed_says_so(repository: Path, changed: str) -> None:
    (repository / changed).write_text("second")

    main(["first"])

    assert f"| {git(repository, 'rev-parse', '--short', 'HEAD')}+ |" in page(repository)


def test_the_page_itself_is_no_change(repository: Path) -> None:
    main(["first"])
    before = page(repository)

    main(["first"])

    assert "+ |" not in before + page(repository)


def test_a_part_that_fails_says_why_and_the_others_are_run_nevertheless(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proof, "PARTS", {"second": (FAILS, PASSES), "first": (PASSES,)})

    assert main([]) == 1

    sections = read_sections(page(repository))
    assert f"{FAILED}: the reason" in sections["second"]
    assert "passed: 2 passed" in sections["second"]
    assert "passed: 2 passed" in sections["first"]
    assert "the reason\n" in capsys.readouterr().out


def test_a_part_that_takes_too_long_is_ended_with_what_it_started_and_has_failed(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process heeds no interrupt. Both hold the end of a pipe open, which is shut once both are gone."""
    ours, theirs = os.pipe()
    program = """if True:
        import os, signal, time
        if os.fork():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        time.sleep(600)
    """
    monkeypatch.setattr(proof, "PARTS", {"third": (Row("It ends.", ("python", "-c", program)), PASSES)})
    monkeypatch.setattr(proof, "PART_SECONDS", 0.3)
    monkeypatch.setattr(proof, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(subprocess, "Popen", partial(subprocess.Popen, pass_fds=(theirs,)))

    assert main(["third"]) == 1

    os.close(theirs)
    assert select.select([ours], [], [], 60)[0] == [ours]
    os.close(ours)
    rows = read_sections(page(repository))["third"].splitlines()[-2:]
    assert [f"{FAILED}: over " in row for row in rows] == [True, True]


def test_an_unknown_part_is_refused_and_the_parts_are_named(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fourth"]) == 2

    assert "first, second, third" in capsys.readouterr().out
    assert not (repository / "docs" / "proof.md").exists()


@pytest.mark.parametrize("word", ["list", "help"])
def test_the_list_says_what_each_part_shows_and_runs_none(
    repository: Path, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    assert main([word]) == 0

    assert capsys.readouterr().out.split("\n") == [
        "first       One | two.",
        "second      Something else.",
        "second      One | two.",
        "third       One | two.",
        "",
    ]
    assert not (repository / "docs" / "proof.md").exists()


def test_the_bench_is_summed_up_by_its_ratios() -> None:
    printed = '{"machine": {}, "sqlite": {"a_over_b": 1.08, "a_ms": 4}, "postgresql": {"a_over_b": 0.96}}'

    assert ratios(printed, "") == "sqlite: a_over_b 1.08; postgresql: a_over_b 0.96"
    assert ratios("", "Traceback\nNoServer: none\n") == "NoServer: none"


def test_the_page_that_is_there_has_every_part_in_its_order() -> None:
    """Written by hand or merged, it must read back as what a run would leave of it."""
    text = (Path(__file__).parents[1] / "docs" / "proof.md").read_text(encoding="utf-8")

    assert write_sections(read_sections(text)) == text


def page(repository: Path) -> str:
    """What the page says."""
    return (repository / "docs" / "proof.md").read_text(encoding="utf-8")


def git(repository: Path, *words: str) -> str:
    """What git answers."""
    return subprocess.run(["git", *words], cwd=repository, check=True, capture_output=True, text=True).stdout.strip()
