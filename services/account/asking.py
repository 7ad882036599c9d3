"""What several pages of a member's account ask of the services alike."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import structlog
from flask import session

from services.account.services import Refused
from services.account.telling.payouts import Numbers, numbers
from services.account.telling.sums import masked
from services.account.visitor import WHOSE, desk, visitor
from shared.http_client import CallFailed

log = structlog.get_logger()


def own_phone(member_id: str) -> str:
    """Answer the member's own number, "" while it cannot be had: a page shows the rest."""
    try:
        answer = desk().services.members.get(f"members/{member_id}/contact")
    except (Refused, CallFailed) as fault:
        log.warning("account.no_phone", fault=type(fault).__name__)
        return ""
    return str(answer["phone"] or "")


def remember_own(phone: str) -> None:
    """Keep a number that a page has asked for: the head of his pages says whose account it is."""
    if phone:
        session[WHOSE] = masked(phone)


def whose(*, may_ask: bool) -> str:
    """Answer whose account is open: his number, masked; asked for once a session, where one may."""
    if WHOSE not in session and may_ask:
        remember_own(own_phone(visitor().member_id))
    return str(session.get(WHOSE, ""))


def numbers_of(own: str, goals: Iterable[Mapping[str, Any]]) -> Numbers:
    """Answer the numbers that goals name; relatives are asked for only where one is."""
    if not any(goal["relative_id"] for goal in goals):
        return numbers(own, [])
    return numbers(own, desk().services.members.get("me/relatives", visitor().token)["data"])


def denominations() -> Mapping[str, Any]:
    """Answer what certificates there are, and the points that the member has for one."""
    return denominations_of(visitor().token)()


def denominations_of(token: str) -> Callable[[], Mapping[str, Any]]:
    """Answer the same question to be asked together with others."""
    return partial(desk().services.payout.get, "me/certificates/denominations", token)
