"""`signer surge`: what the operator says about a rush."""

import click

from signer.cli.instance import UnreadableFile
from signer.human_check.surge import Mode, read_mode, write_mode
from signer.settings import WrongSettings, read_settings

MEANINGS = {
    Mode.ON: "human checks ask for the most, and counts are read seldom",
    Mode.OFF: "human checks ask for the least, however many come",
    Mode.AUTO: "human checks ask for more as more come",
}


@click.command()
@click.argument("mode", type=click.Choice([mode.value for mode in Mode]), required=False)
def surge(mode: str | None) -> None:
    """Say that there is a rush (on), that there is none (off), or let the counters say it (auto).

    Running workers follow within seconds; nobody is refused for it. Without an argument, prints what holds. It needs
    no database. Where several machines serve, say it on each.
    """
    instance = read_settings().instance
    if not instance.is_dir():
        raise WrongSettings(f"there is no instance in {instance}; run `signer init`, or set SIGNER_INSTANCE")
    if mode:
        try:
            write_mode(instance, Mode(mode))
        except OSError as error:
            raise UnreadableFile(f"the mode cannot be written into {instance}: {error.strerror}") from None
    found = read_mode(instance)
    click.echo(f"surge {found}: {MEANINGS[found]}")
