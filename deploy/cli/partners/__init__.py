"""`cashback partners`: how partners speak, and what they send otherwise than by postbacks."""

import click

from deploy.cli.partners.file import send_file
from deploy.cli.partners.profiles import profiles


@click.group()
def partners() -> None:
    """Look after partners: their profiles, files and pulls."""


partners.add_command(send_file)
partners.add_command(profiles)
