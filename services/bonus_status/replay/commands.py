"""What clerks, members and jobs commanded here, done again in its place between the events.

A command's row in its own table is its record; when it takes effect, it notes its place under a
topic of its own (`applied.note`, in the same transaction). To make a new kind of command replayable
is to add a line below: topic → how to do it again, by the handler that did it, at the moment when
it was done. The function gets the rules of the rebuild, the live database to read the record from,
the rebuilt one, whose transaction ends after it, and the command's id and version.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from difflib import get_close_matches

from sqlalchemy import Connection

from services.bonus_status.domain import Source
from services.bonus_status.handlers.corrections import NothingLeft, post
from services.bonus_status.handlers.invitations import release
from services.bonus_status.handlers.promo_codes import redeem
from services.bonus_status.replay.rules import Rules, UnknownName
from services.bonus_status.store import heard, settings
from services.bonus_status.store.sources import corrections, invitations, promo_codes, rules

_MOST_NAMED = 10
DoAgain = Callable[[Rules, Connection, Connection, str, int], None]


def check(other: Rules, live: Connection) -> list[str]:
    """Answer which of the bonus rules that differ stay off; raises WrongRules.

    Before anything is built it refuses stores and rules that nobody knows, and what some version of
    a bonus rule cannot say instead.
    """
    _must_be_known("rates", "store", other.rates, heard.store_ids(live) if other.rates else ())
    known = {one.rule_id for one in rules.current(live, Source)} if other.bonus_rules else ()
    _must_be_known("bonus_rules", "rule", other.bonus_rules, known)
    return [one for one in other.bonus_rules if not _is_ever_on(other, live, one)]


def _is_ever_on(other: Rules, live: Connection, rule_id: str) -> bool:
    numbers = [int(str(one["version"])) for one in rules.history(live, rule_id)]
    was = [rules.as_said(live, rule_id, number)[0] for number in numbers]
    said = [other.version_of(rule_id, one) for one in was]
    return any(one["is_on"] for one in said)


def _must_be_known(where: str, what: str, named: Iterable[str], known: Collection[str]) -> None:
    for name in named:
        if name not in known:
            raise UnknownName(what, field=f"{where}.{name}", near=_near(name, known))


def _near(name: str, known: Collection[str]) -> list[str]:
    return get_close_matches(name, known) or sorted(known)[:_MOST_NAMED]


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
