"""Ceremony at the terminal: each holder is shown a share, writes it down, and types it back as proof."""

import secrets
import sys
from collections.abc import Sequence
from itertools import combinations
from math import comb

import click

from signer.offline.refusal import Refusal
from signer.progress import progress
from signer.sealing.shares import combine

ASKED = 2
COLUMNS = 3
CLEAR = "\x1b[H\x1b[2J\x1b[3J"  # the screen, and what it scrolled away
FINGERPRINT_GROUP, GROUPS_IN_LINE = 4, 8


def require_terminal() -> None:
    """Return if somebody sits at a terminal. Raises Refusal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refusal(
            "shares are shown at a terminal only, and there is none",
            "Run the command in a terminal window; for a rehearsal with share files, add --rehearsal.",
        )


def require_sound(shares: Sequence[str], threshold: int, fingerprint: bytes) -> None:
    """Return if any `threshold` of the shares give the key of this fingerprint. Raises WrongShares."""
    for some in progress(
        combinations(shares, threshold), total=comb(len(shares), threshold), label="trying the shares"
    ):
        combine(some, fingerprint=fingerprint)


def hand_out(shares: Sequence[str], threshold: int) -> None:
    """Show each share to its holder alone, until the holder has it on paper."""
    try:
        for number, share in enumerate(shares, start=1):
            click.echo(CLEAR, nl=False)
            click.echo(f"Holder {number} of {len(shares)}; any {threshold} of you open the batches together.")
            click.echo("Come to the screen alone, with paper and a pen. Nothing is kept on this machine.")
            _wait("Press Enter to see your words")
            _show_until_written(share.split(), number)
    finally:
        click.echo(CLEAR, nl=False)


def _show_until_written(words: list[str], number: int) -> None:
    while True:
        click.echo(CLEAR, nl=False)
        click.echo(f"Share of holder {number}: write down all {len(words)} words, in this order.\n")
        click.echo(in_columns(words))
        _wait("\nPress Enter when they are on paper; the screen is cleared, then two words are asked for")
        click.echo(CLEAR, nl=False)
        places = sorted(secrets.SystemRandom().sample(range(len(words)), ASKED))
        if all(_typed_back(place) == words[place] for place in places):
            return
        _wait("That is not what was shown. Press Enter to see the words again")


def _wait(for_what: str) -> None:
    click.prompt(for_what, default="", show_default=False, prompt_suffix="")


def _typed_back(place: int) -> str:
    typed: str = click.prompt(f"From your paper: word {place + 1} (it does not appear)", hide_input=True)
    return typed.strip().lower()


def in_columns(words: list[str]) -> str:
    """Return numbered words in columns, read downwards."""
    rows = -(-len(words) // COLUMNS)
    cells = [f"{place + 1:2} {word:12}" for place, word in enumerate(words)]
    return "\n".join("  ".join(cells[row::rows]).rstrip() for row in range(rows))


def for_reading_aloud(fingerprint: bytes) -> str:
    """Return a fingerprint in groups of four hexadecimal digits, eight groups to a line."""
    digits = fingerprint.hex()
    groups = [digits[start : start + FINGERPRINT_GROUP] for start in range(0, len(digits), FINGERPRINT_GROUP)]
    lines = [groups[start : start + GROUPS_IN_LINE] for start in range(0, len(groups), GROUPS_IN_LINE)]
    return "\n".join("  " + " ".join(line) for line in lines)
