"""The operator's file against our payouts: each class, as the sandbox's own faults produce it."""

from datetime import timedelta

import structlog

from services.payout.reconciliation import schedule
from services.payout.reconciliation.days import ONE_DAY, ends_at
from services.payout.states import State
from tests.integration.payout.reconciliation.books import Books


def test_books_that_agree_have_no_case(books: Books) -> None:
    books.paid(300)
    taken_back = books.paid(200)
    books.world.operator.take_back(taken_back.payout_id)
    books.world.follow_reversals()
    books.end_day()
    done = books.reconcile()
    assert (done.is_new, done.reconciliation.lines, done.reconciliation.rubles) == (True, 3, 300)
    assert books.found() == {"agreed": 3}
    assert books.cases() == []


def test_a_line_that_is_missing_there_is_a_case_with_an_owner_and_a_deadline(books: Books) -> None:
    payout = books.paid()
    books.goes_wrong("statement_loses_line")
    books.end_day()
    with structlog.testing.capture_logs() as logs:
        books.reconcile()
    assert books.found() == {"missing_there": 1}
    [case] = books.cases()
    assert books.shown(case) == ["missing_there", str(payout.payout_id), 300, None]
    assert (case["owner"], case["payout_id"]) == ("payouts", str(payout.payout_id))
    assert case["deadline"] > case["opened_at"]
    [told] = [one for one in logs if one["event"] == "reconciliation.done"]
    assert (told["log_level"], told["missing_there"], told["cases_opened"]) == ("error", 1, 1)


def test_a_line_that_nobody_asked_for_is_missing_here(books: Books) -> None:
    books.paid()
    books.goes_wrong("statement_adds_line")
    books.end_day()
    books.reconcile()
    assert books.found() == {"agreed": 1, "missing_here": 1}
    [case] = books.cases()
    assert (case["kind"], case["ours_rubles"], case["theirs_rubles"]) == ("missing_here", None, 500)
    assert case["payout_id"] is None


def test_another_amount_is_told_on_both_sides(books: Books) -> None:
    payout = books.paid()
    books.goes_wrong("statement_wrong_amount")
    books.end_day()
    books.reconcile()
    [case] = books.cases()
    assert books.shown(case) == ["amount_differs", str(payout.payout_id), 300, 301]


def test_a_line_that_stands_there_twice_is_a_case(books: Books) -> None:
    payout = books.paid()
    books.goes_wrong("statement_line_twice")
    books.end_day()
    books.reconcile()
    assert books.found() == {"agreed": 1, "twice": 1}
    [case] = books.cases()
    assert books.shown(case) == ["twice", str(payout.payout_id), None, 300]


def test_what_was_declined_here_and_executed_there_is_missing_here(books: Books) -> None:
    """What would break it: a payout's mere existence taken for its execution."""
    world = books.world
    payout = world.reserved()
    world.operator.go_wrong("declined", world.phone(payout))
    world.work()
    assert world.payout(payout.payout_id).state is State.DECLINED
    head, _ = books.file().decode().split("\r\n", 1)
    line = f"top_up,9,{payout.payout_id},x,{world.clock():%Y-%m-%dT%H:%M:%SZ},300"
    books.end_day()
    content = f"{head}\r\n{line}\r\ntotal,1,,,,300\r\n"
    books.by_hand(content)
    [case] = books.cases()
    assert books.shown(case) == ["missing_here", str(payout.payout_id), None, 300]
    assert case["payout_id"] == str(payout.payout_id)


def test_an_unknown_outcome_is_open_asked_about_and_agrees_later(books: Books) -> None:
    """INVARIANT: what is not known yet is no case, and is not forgotten either."""
    world = books.world
    payout = world.reserved()
    world.operator.go_wrong("no_answer", world.phone(payout), calls="all")
    world.executor.send_next()
    books.end_day()
    world.executor.ask_next()
    assert world.payout(payout.payout_id).state is State.UNKNOWN
    books.reconcile()
    assert books.found() == {"open": 1}
    assert books.cases() == []
    asked = world.payout(payout.payout_id)
    assert asked.next_at is not None
    assert asked.next_at <= world.clock()

    world.operator.clear()
    world.work()
    assert world.payout(payout.payout_id).state is State.COMPLETED
    assert books.tick() == [books.day]
    assert books.found() == {"agreed": 1}
    assert books.tick() == []


def test_what_was_accepted_and_has_a_line_is_open_and_asked_about(books: Books) -> None:
    """What would break it: a top-up that he carried out in time called one we never asked for."""
    world = books.world
    payout = world.reserved()
    world.operator.go_wrong("accepted", world.phone(payout), count=1, seconds=60)
    world.executor.send_next()
    assert world.payout(payout.payout_id).state is State.ACCEPTED
    world.clock.move(timedelta(minutes=5))
    books.file()  # he carries it out, and no callback reaches us
    books.end_day()
    books.reconcile()
    assert (books.found(), books.cases()) == ({"open": 1}, [])
    assert books.tick() == []  # nothing is known yet that was not known before
    world.work()
    assert world.payout(payout.payout_id).state is State.COMPLETED
    assert books.tick() == [books.day]
    assert books.found() == {"agreed": 1}


def test_around_midnight_the_key_decides_and_no_moment(books: Books) -> None:
    """INVARIANT: executed on one day and heard of on the next is one movement, and no case."""
    world = books.world
    payout = world.reserved()
    world.clock.now = ends_at(books.day) - timedelta(seconds=1)
    world.operator.go_wrong("no_answer", world.phone(payout), count=1)
    world.executor.send_next()
    world.work(until=State.COMPLETED, payout=payout)
    completed_at = world.payout(payout.payout_id).completed_at
    assert completed_at is not None
    assert completed_at >= ends_at(books.day)
    books.end_day()
    books.reconcile()
    books.reconcile(books.day + ONE_DAY)
    assert (books.found(), books.found(books.day + ONE_DAY)) == ({"agreed": 1}, {})
    assert books.cases() == []


def test_a_payout_is_missing_there_only_when_all_its_days_were_read(books: Books) -> None:
    """What would break it: a file that was not read yet taken for one without the line."""
    world = books.world
    payout = world.reserved()
    world.clock.now = ends_at(books.day) - timedelta(seconds=1)
    world.operator.go_wrong("no_answer", world.phone(payout), count=1)
    world.executor.send_next()
    world.work(until=State.COMPLETED, payout=payout)
    books.goes_wrong("statement_loses_line")
    books.end_day()
    books.reconcile(books.day + ONE_DAY)
    assert books.cases() == []
    books.reconcile(books.day)
    [case] = books.cases()
    assert (case["kind"], case["day"]) == ("missing_there", str(books.day + ONE_DAY))
    assert books.found(books.day + ONE_DAY) == {"missing_there": 1}


def test_a_reversal_that_no_list_has_is_missing_here(books: Books) -> None:
    payout = books.paid()
    books.world.operator.take_back(payout.payout_id)
    books.end_day()
    books.reconcile()
    assert books.found() == {"agreed": 1, "open": 1}
    books.world.follow_reversals()
    assert books.tick() == [books.day]
    assert books.found() == {"agreed": 2}
    with books.world.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM reversals")
    books.reconcile()
    [case] = books.cases()
    assert (case["movement"], case["theirs_rubles"]) == ("reversal", -300)


def test_a_reversal_that_the_list_never_brings_is_a_case_a_day_later(books: Books) -> None:
    """INVARIANT: each difference becomes a case; what waits for a list does not wait for ever."""
    payout = books.paid()
    head, line, *_ = books.file().decode().split("\r\n")
    taken_back = f"reversal,999999999,{payout.payout_id},x,{books.world.clock():%FT%TZ},-300"
    content = f"{head}\r\n{line}\r\n{taken_back}\r\ntotal,2,,,,0\r\n"
    books.end_day()
    books.by_hand(content)
    assert (books.found(), books.cases()) == ({"agreed": 1, "open": 1}, [])
    books.world.clock.move(ONE_DAY)
    books.by_hand(content)
    [case] = books.cases()
    assert books.shown(case) == ["missing_here", str(payout.payout_id), None, -300]


def test_a_reversal_that_the_file_lacks_is_missing_there(books: Books) -> None:
    """What would break it: points given back that the operator never paid back."""
    payout = books.paid()
    books.world.operator.take_back(payout.payout_id)
    books.world.follow_reversals()
    books.end_day()
    whole = books.file().decode().split("\r\n")
    content = "\r\n".join([*whole[:2], "total,1,,,,300", ""])
    books.by_hand(content)
    [case] = books.cases()
    assert (case["kind"], case["movement"], case["ours_rubles"]) == (
        "missing_there",
        "reversal",
        -300,
    )


def test_the_gauges_tell_what_is_open(books: Books) -> None:
    books.paid()
    books.goes_wrong("statement_loses_line")
    books.end_day()
    assert books.tick() == [books.day]
    gauges = (schedule.OPEN, schedule.OVERDUE, schedule.OLDEST, schedule.MISSING)

    def told() -> list[float]:
        return [gauge.collect()[0].samples[0].value for gauge in gauges]

    assert told() == [1, 0, 0, 0]
    books.world.clock.move(timedelta(days=6))
    with structlog.testing.capture_logs() as logs:
        books.goes_wrong("error_500")
        books.tick()
    assert told()[:3] == [1, 1, 6 * 86_400]
    assert "cases.overdue" in [one["event"] for one in logs]
