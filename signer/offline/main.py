"""The command `signer-offline`: the ceremony's key, and what only its holders can do with it.

Meant for a machine without a network: nothing here opens a connection, and neither Flask nor SQLAlchemy is needed.
"""

import click

from signer.errors import SignerError
from signer.offline.keygen import keygen
from signer.offline.open import open_batches
from signer.offline.refusal import OTHER, advice_for
from signer.offline.selftest import run_opening_answers
from signer.offline.verify import verify
from signer.sealing.selftest import run_known_answers


class _Command(click.Group):
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            # Whatever happens, the holders read a sentence.
            if ctx.params["debug"]:
                raise
            click.echo(_told(error), err=True)
            click.echo(advice_for(error) if isinstance(error, SignerError) else OTHER, err=True)
            ctx.exit(1)


def _told(error: Exception) -> str:
    if isinstance(error, SignerError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        name = f"{error.filename}: " if error.filename else ""
        return f"{name}{error.strerror[:1].lower()}{error.strerror[1:]}"
    # What an unforeseen error says may hold what was opened: only its kind is told.
    return f"unforeseen {type(error).__name__}; `signer-offline --debug …` on invented data shows where"


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="signer")
@click.option("--debug", is_flag=True, help="Show where an error comes from.")
def main(debug: bool) -> None:
    """Make, check and use the collection key of an initiative, away from any network."""
    run_known_answers()
    run_opening_answers()


main.add_command(keygen)
main.add_command(verify)
main.add_command(open_batches)

if __name__ == "__main__":
    main()
