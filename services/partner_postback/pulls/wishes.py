"""What a clerk may set up: a kind of pull has its settings and credentials, all of them. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from services.partner_postback.outside.fetching import check_address
from services.partner_postback.pulls.kinds import PAGERS, Kind
from services.partner_postback.pulls.paging import Pager, Position, ended_at
from services.partner_postback.store.pulls import Wish

FIRST_DAYS = 30
# They stand in addresses and queries.
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_NOT_PLAIN = "Use letters, digits, hyphens and underscores, at most 64."
Faults = Iterator[tuple[str, str]]


class WrongWish(ValueError):
    """The pull cannot be set up like this; `field` names the culprit."""

    code = "invalid_fields"

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(f"{field}: {why}")


def checked_wish(
    sent: Mapping[str, Any], kept_url: str | None, now: datetime, *, allows_plain_http: bool
) -> Wish:
    """Answer what a clerk wishes; raises WrongWish, UnsafeAddress.

    `kept_url`: the address of the pull that is there already. Where it changes to another server,
    the credentials are needed anew: else whoever may change an address could have them sent home.
    """
    kind = Kind(sent["kind"])
    check_address(
        sent["base_url"],
        "base_url",
        allows_plain_http=allows_plain_http,
        allows_query=kind is Kind.ADMITAD_REVISION_XML,
    )
    for field, why in _faults(sent, PAGERS[kind], kept_url, now):
        raise WrongWish(field, why)
    parts = ("partner_id", "base_url", "settings", "every_seconds", "overlap_seconds")
    return Wish(
        **{name: sent[name] for name in parts},
        kind=kind,
        credentials=sent["credentials"],
        position=sent["since"] and ended_at(sent["since"]),
    )


def first_position(now: datetime) -> Position:
    """Answer where a new pull begins, when nobody says: 30 days back."""
    return ended_at(now - timedelta(days=FIRST_DAYS))


def _faults(sent: Mapping[str, Any], pager: Pager, kept_url: str | None, now: datetime) -> Faults:
    yield from _faults_of_names("settings", sent["settings"], pager.settings)
    for name, value in sent["settings"].items():
        if not _PLAIN.fullmatch(value):
            yield f"settings.{name}", _NOT_PLAIN
    if sent["credentials"] is not None:
        yield from _faults_of_credentials(sent["credentials"], pager.credentials)
    elif kept_url is None or _server(sent["base_url"]) != _server(kept_url):
        yield "credentials", f"Needed for a new server: {', '.join(pager.credentials)}."
    least = int(pager.least_overlap.total_seconds())
    if sent["overlap_seconds"] < least:
        yield "overlap_seconds", f"At least {least}: the zone of its clock is not documented."
    if sent["since"] is not None and sent["since"] > now:
        yield "since", "It lies in the future."


def _faults_of_credentials(sent: Mapping[str, str], wanted: Sequence[str]) -> Faults:
    yield from _faults_of_names("credentials", sent, wanted)
    for name, value in sent.items():
        if not (value.isascii() and value.isprintable()) or value != value.strip():
            yield f"credentials.{name}", "Use printable ASCII characters."
        if name == "account_sid" and not _PLAIN.fullmatch(value):
            yield f"credentials.{name}", _NOT_PLAIN


def _faults_of_names(part: str, sent: Mapping[str, str], wanted: Sequence[str]) -> Faults:
    for name in wanted:
        if name not in sent:
            yield f"{part}.{name}", "It is missing."
    for name in sent:
        if name not in wanted:
            yield f"{part}.{name}", f"Unknown; this kind has {', '.join(wanted) or 'none'}."


def _server(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
