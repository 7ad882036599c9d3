"""The demo's members and partners, made when a stack starts for the first time."""

from typing import Any

from deploy.demo import cast
from deploy.local.settings import Settings, write_private
from deploy.local.state import keep_status
from deploy.target import from_status


def seed(settings: Settings) -> dict[str, Any]:
    """Make them over the services' own APIs, and tell the sandbox's shops their secrets."""
    system = from_status(keep_status(settings))
    cast.set_rates(system)
    partners = cast.make_partners(system)
    write_private(settings.folder / "partners.json", cast.for_the_shop(partners))
    return {"members": cast.make_members(system), "partners": partners}
