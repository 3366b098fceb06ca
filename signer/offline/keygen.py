"""`signer-offline keygen`: makes the collection key of one initiative, in shares."""

from datetime import date
from pathlib import Path

import click

from signer.offline.ceremony import for_reading_aloud, hand_out, require_sound, require_terminal
from signer.offline.folder import private_file, whole_folder
from signer.offline.process import guard_process
from signer.offline.trust_file import read_small
from signer.offline.verify import FILE
from signer.sealing.opening import OpeningKey
from signer.sealing.request import KeyRequest, PublicKeyFile
from signer.sealing.shares import FEWEST, MOST, split
from signer.sealing.trust import Trust

NEXT = """\
Read the fingerprint aloud; everybody compares all of it with their own copy.
Now:
  1. each holder takes a copy of trust.json, and keeps it apart from the words;
  2. the service gets collection-key.pub and trust.json: signer keys install;
  3. the fingerprint goes into the service's settings, and on paper with this day's record."""


@click.command()
@click.option("--request", "request_path", required=True, type=FILE, help="Made by: signer keys request NUMBER.")
@click.option("--threshold", required=True, type=click.IntRange(FEWEST, MOST), help="Shares needed to open.")
@click.option("--shares", "count", required=True, type=click.IntRange(FEWEST, MOST), help="Shares made.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder that is not there yet.")
@click.option("--rehearsal", is_flag=True, help="Write the shares to files; the trust file says so for good.")
def keygen(*, request_path: Path, threshold: int, count: int, out: Path, rehearsal: bool) -> None:
    """Make a collection key in shares, and the trust file that the holders carry.

    The opening key is never written anywhere; without --rehearsal neither are the shares.
    """
    if threshold > count:
        raise click.BadParameter(f"{threshold} of {count} shares can never come together", param_hint="--threshold")
    request = KeyRequest.from_json(read_small(request_path))
    if not rehearsal:
        require_terminal()
    guard_process()
    with whole_folder(out) as folder:
        key = OpeningKey.generate()
        shares = split(key, threshold=threshold, count=count)
        require_sound(shares, threshold, key.recipient.fingerprint)
        trust = _trust(request, key, rehearsal=rehearsal)
        if rehearsal:
            _write_shares(folder / "shares", shares)
        else:
            hand_out(shares, threshold)
        _write(folder / "trust.json", trust.to_json())
        _write(folder / "collection-key.pub", PublicKeyFile(request.registration_number, key.recipient).to_json())
    _tell(trust, threshold, count, out)


def _trust(request: KeyRequest, key: OpeningKey, *, rehearsal: bool) -> Trust:
    return Trust(
        registration_number=request.registration_number,
        scheme=request.scheme,
        key_fingerprint=key.recipient.fingerprint,
        manifest_key=request.manifest_key,
        log_origin=request.log_origin,
        log_key=request.log_key,
        rehearsal=rehearsal,
        made_on=date.today(),  # noqa: DTZ011 - the day where the holders sit
    )


def _write_shares(folder: Path, shares: tuple[str, ...]) -> None:
    folder.mkdir(mode=0o700)
    for number, share in enumerate(shares, start=1):
        _write(folder / f"share-{number}.txt", share.encode("ascii") + b"\n")


def _write(path: Path, content: bytes) -> None:
    with private_file(path) as file:
        file.write(content)


def _tell(trust: Trust, threshold: int, count: int, out: Path) -> None:
    kind = "Rehearsal: a collection key" if trust.rehearsal else "The collection key"
    click.echo(f"{kind} of {trust.registration_number}, any {threshold} of {count} shares. Fingerprint:")
    click.echo(for_reading_aloud(trust.key_fingerprint))
    click.echo(f"Manifest key of the service:\n{for_reading_aloud(trust.manifest_key.encoded)}")
    click.echo(f"Key of its log {trust.log_origin}:\n{for_reading_aloud(trust.log_key.encoded)}")
    click.echo(f"{NEXT}\nThe files are in {out}.")
