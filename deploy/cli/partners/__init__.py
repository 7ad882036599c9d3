"""`cashback partners`: how partners speak, and what they send otherwise than by postbacks."""

import click

from deploy.cli.partners.file import send_file
from deploy.cli.partners.fraud import fraud
from deploy.cli.partners.match import match
from deploy.cli.partners.profiles import profiles
from deploy.cli.partners.pull import pull
from deploy.cli.partners.webhooks import webhooks


@click.group()
def partners() -> None:
    """Look after partners: profiles, files, pulls, webhooks."""


partners.add_command(send_file)
partners.add_command(fraud)
partners.add_command(match)
partners.add_command(profiles)
partners.add_command(pull)
partners.add_command(webhooks)
