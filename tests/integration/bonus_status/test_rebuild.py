"""The state built again from events alone is the live one; by other rules it says who differs."""

import random
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from deploy import comparing
from services.bonus_status.replay.rebuild import CouldNotApply
from services.bonus_status.store import settings
from services.bonus_status.store.replay import rebuilds
from services.bonus_status.store.replay.rebuilds import NeverSaid, NotARebuild, OtherRules
from shared import parked
from tests.integration.bonus_status.api import CLERK, client_of
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.gifts import BY_CLERK, put
from tests.integration.bonus_status.logs import Logs
from tests.integration.bonus_status.story import Story
from tests.integration.bonus_status.workshop import Workshop
from tests.support import bonuses


def begin(workshop: Workshop) -> tuple[Logs, Desk]:
    logs, desk = workshop.logs, workshop.desk
    logs.tell(desk.member("active"))
    logs.tell(desk.store())
    return logs, desk


def earn(workshop: Workshop, **changes: Any) -> str:
    conversion_id = bonuses.new_id()
    said = {"status": "approved", "paid_minor": 109_900} | changes
    workshop.logs.tell(workshop.desk.conversion(conversion_id, **said))
    return conversion_id


@pytest.mark.parametrize("seed", [3, 11])
def test_a_story_with_returns_and_payouts_ends_alike(workshop: Workshop, seed: int) -> None:
    """INVARIANT: events alone, in the order in which they took effect, make the live state."""
    chance = random.Random(seed)
    story = Story(workshop.desk, seed)
    workshop.logs.tell(workshop.desk.store())
    workshop.logs.tell(*story.joined)
    waiting = [story.conversions, story.payouts]
    while any(waiting):
        topic = chance.choice([one for one in waiting if one])
        size = chance.randint(1, 12)
        workshop.logs.tell(*topic[:size])
        del topic[:size]
    for payout_id, member_id, amount in reserved(workshop.desk):
        workshop.desk.member_id = member_id
        how = chance.choice(["completed", "declined"])
        workshop.logs.tell(workshop.desk.ends(payout_id, how, amount))
        if how == "completed" and chance.random() < 0.5:
            workshop.logs.tell(workshop.desk.ends(payout_id, "reversed", amount))
    workshop.rebuild()
    found = workshop.compare()
    assert (found.all, found.members, found.moved_on) == ([], 4, 0)
    assert workshop.desk.books_are_right()


def reserved(desk: Desk) -> list[tuple[str, str, int]]:
    rows = desk.rows(
        "SELECT payout_id::text, member_id::text, amount FROM payouts WHERE state = 'reserved'"
        " ORDER BY payout_id"
    )
    return [(row["payout_id"], row["member_id"], row["amount"]) for row in rows]


def test_the_order_is_that_of_the_effects_not_that_of_the_moments(workshop: Workshop) -> None:
    """What would break it: sorting by when it was said; then the payout would be refused."""
    logs, desk = begin(workshop)
    conversion_id = earn(workshop)
    earlier = bonuses.REPORTED_AT - timedelta(days=1)
    returned = desk.conversion(conversion_id, earlier, status="returned", paid_minor=0)
    logs.say(returned)
    payout_id = bonuses.new_id()
    logs.tell(desk.asks(payout_id))
    logs.tell(desk.ends(payout_id, "completed", 76))
    desk.hear(returned)
    assert desk.has(written_off=76, debt=76)
    workshop.rebuild()
    assert workshop.compare().all == []


@pytest.mark.parametrize("column", ["accrued", "pending", "written_off"])
def test_one_point_changed_by_hand_is_found(workshop: Workshop, column: str) -> None:
    _, desk = begin(workshop)
    earn(workshop)
    workshop.rebuild()
    with desk.engine.begin() as connection:
        connection.execute(text(f"UPDATE accounts SET {column} = {column} + 1"))
    (one,) = workshop.compare().all
    assert (one.owner, one.book, one.name, one.by) == (desk.member_id, "account", column, -1)


def test_an_amount_changed_by_hand_in_a_bonus_is_found(workshop: Workshop) -> None:
    _, desk = begin(workshop)
    earn(workshop)
    workshop.rebuild()
    with desk.engine.begin() as connection:
        connection.execute(text("UPDATE bonuses SET amount = amount + 1"))
    (one,) = workshop.compare().all
    assert (one.owner, one.book, one.live, one.rebuilt) == (desk.member_id, "bonuses", 77, 76)


def test_run_again_it_catches_up_and_until_then_who_went_on_is_not_compared(
    workshop: Workshop,
) -> None:
    _, desk = begin(workshop)
    earn(workshop)
    assert workshop.rebuild() == 3
    earn(workshop)
    found = workshop.compare()
    assert (found.all, found.moved_on, found.behind) == ([], 1, 1)
    assert workshop.rebuild() == 1
    found = workshop.compare()
    assert (found.all, found.moved_on, found.behind) == ([], 0, 0)
    assert desk.has(accrued=152)


@pytest.mark.parametrize("steps", [1, 4, 7])
def test_stopped_anywhere_it_goes_on_where_it_was(workshop: Workshop, steps: int) -> None:
    logs, desk = begin(workshop)
    for _ in range(3):
        earn(workshop)
        logs.tell(desk.asks(bonuses.new_id(), amount=50))
    with pytest.raises(KeyboardInterrupt):
        workshop.rebuild(stop_at=steps)
    workshop.said.clear()
    workshop.rebuild()
    assert workshop.compare().all == []


def test_an_order_dated_anew_in_a_batch_of_its_own_is_built_in_one_batch(
    workshop: Workshop,
) -> None:
    """A rebuild joins neighbours. What would break it: caps of a month that one of them has."""
    logs, desk = begin(workshop)
    put(client_of(desk), "double", "campaign", times=2, most_a_store_and_month=100)
    line = bonuses.new_id()
    said = {"status": "approved", "paid_minor": 109_900}
    logs.tell(desk.conversion(line, ordered_at="2026-11-30T20:00:00Z", **said))
    later = said | {"paid_minor": 1_099_000, "ordered_at": "2026-11-30T22:00:00Z"}
    logs.tell(desk.conversion(line, **later))
    workshop.rebuild()
    assert workshop.compare().all == []


def test_a_decision_of_the_programme_has_its_place_among_the_events(workshop: Workshop) -> None:
    _, desk = begin(workshop)
    earn(workshop, status="approved_unfunded")
    with desk.engine.begin() as connection:
        why = {"reason": "we trust them", "clerk": "anna"}
        settings.change(connection, unfunded_accrues=True, **why, now=desk.clock())
    earn(workshop, status="approved_unfunded")
    assert desk.has(pending=76, accrued=76)
    workshop.rebuild()
    assert workshop.compare().all == []


def test_what_a_clerk_discarded_is_not_applied_again(workshop: Workshop) -> None:
    logs, desk = begin(workshop)
    conversion_id = earn(workshop)
    foreign = {"member_id": bonuses.new_id(), "status": "approved", "paid_minor": 1}
    logs.tell(desk.conversion(conversion_id, **foreign))
    with desk.engine.begin() as connection:
        (one,) = desk.rows("SELECT parked_id FROM parked WHERE state = 'parked'")
        parked.discard(connection, one["parked_id"])
    logs.tell(desk.conversion(conversion_id, status="approved", paid_minor=219_800))
    assert desk.has(accrued=153)
    workshop.rebuild()
    assert workshop.compare().all == []


def test_by_other_rules_it_says_whose_money_would_change_and_by_how_much(
    workshop: Workshop,
) -> None:
    _, desk = begin(workshop)
    earn(workshop)
    earn(workshop, status="approved_unfunded")
    rates = f"rates: {{{desk.store_id}: {{others: 10%}}}}\nunfunded_accrues: true"
    workshop.rebuild(rates)
    found = workshop.compare(by_other_rules=True)
    assert found.totals == {"pending": -76, "accrued": 2 * 109 - 76}
    assert (found.owners, {one.book for one in found.all}) == (1, {"account"})
    with pytest.raises(OtherRules, match="repeat the same --rules"):
        workshop.rebuild()


def test_by_other_rules_it_is_told_too_that_the_rebuild_lags_behind(workshop: Workshop) -> None:
    """What would break it: a purchase of since read as money that the rules would take away."""
    _, desk = begin(workshop)
    earn(workshop)
    rates = f"rates: {{{desk.store_id}: {{others: 10%}}}}"
    workshop.rebuild(rates)
    assert (workshop.compare(by_other_rules=True).behind) == 0
    earn(workshop)
    found = workshop.compare(by_other_rules=True)
    assert (found.behind, found.has_rules) == (1, True)
    workshop.rebuild(rates)
    found = workshop.compare(by_other_rules=True)
    assert (found.behind, found.totals) == (0, {"accrued": 2 * (109 - 76)})


def test_by_another_rule_of_corrections_nothing_is_moved_where_nothing_is_left(
    workshop: Workshop,
) -> None:
    """What would break it: a refusal of the handler, which ends the rebuild in the middle."""
    _, desk = begin(workshop)
    client = client_of(desk)
    put(client, "corrections", "correction", alone_up_to=500)
    for kind, amount in (("credit", 40), ("debit", 30)):
        said = {"command_id": bonuses.new_id(), "member_id": desk.member_id, "kind": kind}
        sent = BY_CLERK | said | {"amount": amount}
        assert client.post("/corrections", json=sent, headers=CLERK).status_code == 201
    workshop.rebuild("bonus_rules: {corrections: {is_on: false}}")
    assert workshop.compare(by_other_rules=True).totals == {"accrued": -10}
    workshop.rebuild("bonus_rules: {corrections: {total_cap: 10}}", begin_anew=True)
    assert workshop.compare(by_other_rules=True).totals == {"accrued": -10, "debt": 30}


def test_it_writes_into_no_schema_that_is_no_rebuild(workshop: Workshop) -> None:
    for schema in ("bonus_status", "catalog", "public"):
        with pytest.raises(NotARebuild):
            rebuilds.open_schema(workshop.desk.engine, schema, begin_anew=True)
    with pytest.raises(comparing.NotRebuilt):
        workshop.compare()


def test_an_event_that_no_log_has_is_named(workshop: Workshop) -> None:
    begin(workshop)
    desk = workshop.desk
    conversion = desk.conversion(bonuses.new_id())
    desk.hear(conversion)  # heard, but it stands in no log
    with pytest.raises(NeverSaid, match=conversion.aggregate_id):
        workshop.rebuild()


def test_what_cannot_be_applied_again_is_told_with_its_reason(workshop: Workshop) -> None:
    """What would break it: a rebuild that passes it over, and compares half of the money."""
    logs, desk = begin(workshop)
    conversion_id = bonuses.new_id()
    desk.hear(desk.conversion(conversion_id))
    logs.say(replace(desk.conversion(conversion_id, store_id="other"), version=1))
    with pytest.raises(CouldNotApply, match="waits for the terms of its store"):
        workshop.rebuild()
