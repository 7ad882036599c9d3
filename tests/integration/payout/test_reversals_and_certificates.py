"""What can follow: the operator takes a top-up back; a certificate is issued and opened."""

import re
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.payout.domain import Kind
from services.payout.goals import Wish
from services.payout.states import State
from services.payout.store import certificates
from tests.integration.payout.given import said
from tests.integration.payout.world import World

CODE = re.compile(r"[2-9A-Y]{4}(-[2-9A-Y]{4}){3}")


def test_a_top_up_taken_back_later_returns_the_points(world: World) -> None:
    payout = world.reserved()
    world.work()
    world.hear("written_off", payout)
    assert world.payout(payout.payout_id).state is State.SETTLED
    world.operator.take_back(payout.payout_id)
    world.follow_reversals()
    world.follow_reversals()
    reversed_ = world.payout(payout.payout_id)
    assert (reversed_.state, reversed_.reason) == (State.REVERSED, "taken_back_by_operator")
    assert said(world.engine, payout.payout_id)[2:] == [("payout.reversed", 3)]
    world.hear("returned", payout)
    assert world.payout(payout.payout_id).state is State.RETURNED


def test_a_top_up_taken_back_before_we_heard_of_it_is_completed_first(world: World) -> None:
    """INVARIANT: a reversal overtakes nothing: completed is said first, then reversed."""
    payout = world.reserved()
    world.operator.go_wrong("no_answer", world.phone(payout), count=1)
    world.executor.send_next()
    world.operator.take_back(payout.payout_id)
    world.follow_reversals()
    assert world.payout(payout.payout_id).state is State.UNKNOWN
    world.work(until=State.COMPLETED, payout=payout)
    world.follow_reversals()
    assert [what for what, _ in said(world.engine, payout.payout_id)] == [
        "payout.requested",
        "payout.completed",
        "payout.reversed",
    ]
    world.hear("written_off", payout)
    assert world.payout(payout.payout_id).state is State.REVERSED
    world.hear("returned", payout)
    assert world.payout(payout.payout_id).state is State.RETURNED


def test_a_reversal_that_is_not_ours_does_not_stop_the_list(world: World) -> None:
    foreign = f"order-{uuid4()}"
    world.operator.top_up(foreign, "+79279999999", 10)
    world.operator.take_back(foreign)
    world.follow_reversals()
    payout = world.reserved()
    world.work()
    world.operator.take_back(payout.payout_id)
    world.follow_reversals()
    assert world.payout(payout.payout_id).state is State.REVERSED


def test_a_reserved_certificate_is_issued_once_with_a_code_for_its_owner(world: World) -> None:
    payout = world.reserved(Wish(Kind.CERTIFICATE, target=500), points=734)
    assert not world.executor.work()  # no top-up of it
    assert (world.issue(), world.issue()) == (1, 0)
    assert world.payout(payout.payout_id).state is State.COMPLETED
    assert said(world.engine, payout.payout_id)[-1] == ("payout.completed", 2)
    with world.engine.connect() as connection:
        [issued] = certificates.of_member(connection, payout.member_id)
    assert (issued.denomination, issued.payout_id) == (500, payout.payout_id)
    assert CODE.fullmatch(world.book.open(issued.certificate_id, issued.code_sealed))


def test_a_code_is_in_no_table_and_no_event(world: World) -> None:
    """INVARIANT: who reads the database, a topic or a log cannot spend a certificate."""
    payout = world.reserved(Wish(Kind.CERTIFICATE), points=100)
    world.issue()
    with world.engine.connect() as connection:
        [issued] = certificates.of_member(connection, payout.member_id)
        code = world.book.open(issued.certificate_id, issued.code_sealed)
        for table in ("certificates", "payouts", "event_log"):
            rows = connection.exec_driver_sql(f"SELECT {table}::text FROM {table}").scalars()
            assert not any(code in row or code.replace("-", "") in row for row in rows)


def test_the_database_refuses_a_second_certificate_of_a_payout(world: World) -> None:
    """INVARIANT: one payout, one certificate, whatever the code does."""
    world.reserved(Wish(Kind.CERTIFICATE), points=100)
    world.issue()
    again = text("""
        INSERT INTO certificates
        SELECT :id, payout_id, member_id, denomination, 'other', code_sealed, status, issued_at
        FROM certificates
    """)
    with (
        pytest.raises(IntegrityError, match="certificates_one_a_payout"),
        world.engine.begin() as connection,
    ):
        connection.execute(again, {"id": uuid4()})
