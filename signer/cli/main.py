"""The `signer` command: what operators, organisers and auditors do at a terminal.

Exit status: 0 done, 1 refused with a reason on standard error, 2 wrong usage.
"""

import importlib
import os
import sys

import click

from signer.errors import SignerError

COMMANDS = {
    "init": "signer.cli.init:init",
    "demo": "signer.cli.demo:demo",
    "serve": "signer.cli.serve:serve",
    "doctor": "signer.cli.doctor:doctor",
    "initiative": "signer.cli.initiative:initiative",
    "keys": "signer.cli.keys:keys",
    "rules": "signer.cli.rules:rules",
    "batch": "signer.cli.batch:batch",
    "account": "signer.cli.account:account",
    "audit": "signer.cli.audit:audit",
    "daily": "signer.cli.daily:daily",
    "surge": "signer.cli.surge:surge",
    "publish": "signer.cli.publish:publish",
    "load": "signer.cli.load:load",
    "rehearse": "signer.cli.rehearse:rehearse",
}


class _Commands(click.Group):
    """Loads only the command that is called: `signer rules check` needs no database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the stack trace of an error.")
@click.version_option(package_name="signer")
@click.pass_context
def signer(context: click.Context, *, debug: bool) -> None:
    """Collect statements of support for a citizens' initiative, without being able to read them."""
    context.obj = {"debug": debug}


def main() -> None:
    """Run the command; an error of ours is one line and exit status 1."""
    # Whatever a command writes is for its owner only.
    os.umask(0o077)
    try:
        signer(standalone_mode=True)
    except SignerError as error:
        if "--debug" in sys.argv:
            raise
        click.echo(f"signer: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
