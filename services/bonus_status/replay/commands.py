"""What clerks, members and jobs commanded here, done again in its place between the events.

A command's row in its own table is its record; when it takes effect, it notes its place under a
topic of its own (`applied.note`, in the same transaction). To make a new kind of command replayable
is to add a line below: topic → how to do it again, by the handler that did it, at the moment when
it was done. The function gets the rules of the rebuild, the live database to read the record from,
the rebuilt one, whose transaction ends after it, and the command's id and version.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlalchemy import Connection

from services.bonus_status.handlers.corrections import NothingLeft, post
from services.bonus_status.handlers.invitations import release
from services.bonus_status.handlers.promo_codes import redeem
from services.bonus_status.replay.rules import Rules, WrongRules
from services.bonus_status.store import settings
from services.bonus_status.store.sources import corrections, invitations, promo_codes, rules

DoAgain = Callable[[Rules, Connection, Connection, str, int], None]


def check(other: Rules, live: Connection) -> None:
    """Refuse, before anything is built, what some version of a bonus rule cannot say instead."""
    for rule_id in other.bonus_rules:
        known = rules.history(live, rule_id)
        if not known:
            raise WrongRules("there is no such rule", field=f"bonus_rules.{rule_id}")  # noqa: EM101, TRY003
        for one in known:
            said, _ = rules.as_said(live, rule_id, int(str(one["version"])))
            other.version_of(rule_id, said)


def _decide(other: Rules, live: Connection, again: Connection, number: str, _: int) -> None:
    if other.unfunded_accrues is None:
        settings.change(again, **settings.decided(live, number))


def _set_rule(
    other: Rules, live: Connection, again: Connection, rule_id: str, version: int
) -> None:
    was, now = rules.as_said(live, rule_id, version)
    said = other.version_of(rule_id, was)
    try:
        rules.put(again, rule_id, said, now)
    except rules.CapBelowGranted as refusal:
        # By other rates a campaign may have given more by now: then it gives no more.
        rules.put(again, rule_id, said | {"total_cap": refusal.granted}, now)


def _redeem(_: Rules, live: Connection, again: Connection, bonus_id: str, __: int) -> None:
    code, member_id, now = promo_codes.one_use(live, bonus_id)
    promo_codes.add(again, **promo_codes.made(live, code))
    redeem(again, member_id, code, now)


def _release(_: Rules, live: Connection, again: Connection, friend_id: str, __: int) -> None:
    release(again, friend_id, **invitations.released(live, friend_id))


def _correct(_: Rules, live: Connection, again: Connection, correction_id: str, __: int) -> None:
    made = corrections.find(live, correction_id)
    # By other rules less may be left, or the rule be off: then no points move, as at a desk.
    with suppress(NothingLeft):
        post(again, made, made.decided_at or made.made_at)


COMMANDS: Mapping[str, DoAgain] = {
    settings.TOPIC: _decide,
    rules.TOPIC: _set_rule,
    promo_codes.TOPIC: _redeem,
    invitations.TOPIC: _release,
    corrections.TOPIC: _correct,
}
