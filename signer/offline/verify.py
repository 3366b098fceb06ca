"""`signer-offline verify`: checks batches as far as that is possible without the opening key."""

from pathlib import Path

import click

from signer.batches.batch_file import Batch
from signer.batches.manifest import Manifest
from signer.offline.refusal import NotVerified
from signer.offline.results import print_json
from signer.offline.trust_file import read_trust
from signer.offline.verification import verified

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("batches", nargs=-1, required=True, type=FILE, metavar="BATCH...")
@click.option("--trust", "trust_path", required=True, type=FILE, help="The trust file, as a holder carried it.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(batches: tuple[Path, ...], trust_path: Path, as_json: bool) -> None:
    """Check batches without opening them.

    Looks at every byte: layout, signature, initiative, key, days, identifiers, and whether several batches overlap.
    """
    trust, scheme = read_trust(trust_path)
    try:
        with verified(batches, trust, scheme, quiet=as_json) as opened:
            _report(opened, as_json=as_json)
    except NotVerified as error:
        if as_json:
            print_json({"verified": False, "refused": error.lines})
        raise


def _report(batches: tuple[Batch, ...], *, as_json: bool) -> None:
    if as_json:
        entries = [{"file": str(batch.path), **describe(batch.manifest)} for batch in batches]
        print_json({"verified": True, "batches": entries})
        return
    for batch in batches:
        manifest = batch.manifest
        kind = "final" if manifest.final else "not final"
        click.echo(
            f"{batch.path}: {manifest.member_state} {manifest.number}, {kind}, {manifest.count} statements "
            f"from {manifest.first_day} to {manifest.last_day}: fits"
        )


def describe(manifest: Manifest) -> dict[str, object]:
    """Return what names a batch in results."""
    return {
        "member_state": manifest.member_state,
        "number": manifest.number,
        "final": manifest.final,
        "count": manifest.count,
        "until": manifest.until,
        "first_day": manifest.first_day,
        "last_day": manifest.last_day,
        "payload_sha256": manifest.payload_sha256,
    }
