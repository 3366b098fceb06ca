"""The holders type their shares, or, in a rehearsal only, the shares come from files."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from signer.offline.refusal import Refusal
from signer.offline.trust_file import read_small
from signer.sealing.opening import OpeningKey
from signer.sealing.shares import WrongShares, combine, read_share
from signer.sealing.trust import Trust


def read_opening_key(trust: Trust, share_files: tuple[Path, ...]) -> OpeningKey:
    """Return the opening key of the trust file. Raises WrongShares or Refusal.

    share_files: accepted only with a trust file of a rehearsal; without any, the holders type.
    """
    if share_files and not trust.rehearsal:
        raise Refusal(
            "share files are for rehearsals, and the trust file is of a real ceremony",
            "Leave --share out: each holder types the words from paper. Destroy the files if they hold real shares.",
        )
    shares = _from_files(share_files) if share_files else _typed()
    return combine(tuple(_enough(shares)), fingerprint=trust.key_fingerprint)


def _enough(shares: Iterable[str]) -> Iterator[str]:
    """Pass on as many different shares as the first one says are needed; ask for no more."""
    places: set[int] = set()
    facts = None
    for share in shares:
        facts = read_share(share)
        if facts.place in places:
            click.echo("This share was given already; another holder's is needed.", err=True)
            continue
        places.add(facts.place)
        yield share
        if len(places) >= facts.threshold:
            return
        click.echo(f"{len(places)} of {facts.threshold} shares given.", err=True)
    raise WrongShares(f"{len(places)} of {facts.threshold if facts else 'the'} shares that are needed were given")


def _from_files(paths: tuple[Path, ...]) -> Iterator[str]:
    for path in paths:
        share = read_small(path).decode("ascii", errors="replace")
        try:
            read_share(share)
        except WrongShares as error:
            raise WrongShares(f"{path.name}: {error}") from None
        yield share


def _typed() -> Iterator[str]:
    if not sys.stdin.isatty():
        raise Refusal("shares are typed at a terminal, and there is none", "Run the command in a terminal window.")
    while True:
        share = click.prompt("One share, all its words (they do not appear)", hide_input=True, err=True)
        try:
            read_share(share)
        except WrongShares as error:
            click.echo(f"{error}: try again.", err=True)
            continue
        yield share
