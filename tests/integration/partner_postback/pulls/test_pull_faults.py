"""Networks that fail and lie: each fault has its name, nothing is half applied, all ends the same.

INVARIANT of every test here: after the fault the same orders are there as without it, each once.
"""

import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from services.partner_postback.outside.fetching import Fetcher
from tests.integration.partner_postback.pulls.pulling import Pull

PULLED = ("admitad_statistics", "awin_transactions", "cj_commissions")
CODES = {
    "rate_limited": "rate_limited",
    "busy": "server_error",
    "error_500": "server_error",
    "redirect": "redirected",
    "html": "wrong_content_type",
    "half_page": "cut_off",
    "half_json": "unreadable",
    "deep": "unreadable",
    "packed": "wrong_content_type",
}
MOST_MEMORY_BYTES = 60 * 1024 * 1024


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("kind", PULLED)
@pytest.mark.parametrize("mode", CODES)
def test_a_fault_has_its_name_and_leaves_nothing_half_done(
    pull_of: Callable[..., Pull], kind: str, mode: str
) -> None:
    pull = pull_of(kind)
    for order_id in ("A", "B"):
        pull.add(order_id, currency="USD")
    pull.wait()
    pull.network.fails(mode, network=pull.name)
    before = pull.shown()
    shown = pull.run()
    assert shown["last_error"].startswith(f"{CODES[mode]}: "), shown["last_error"]
    assert (shown["state"], shown["failures"], shown["records"]) == ("failing", 1, 0)
    assert pull.receipts() == []
    assert moment(shown["next_at"]) > pull.desk.clock()
    assert moment(shown["cursor"]["since"]) <= moment(before["cursor"]["since"])
    pull.network.heal()
    assert pull.run_if_due()["failures"] == 1  # not before its time
    pull.desk.clock.move(timedelta(minutes=1))
    healed = pull.run_if_due()
    assert (healed["last_error"], healed["failures"], healed["records"]) == (None, 0, 2)
    assert len(pull.conversions()) == 2


def test_a_fault_in_the_middle_keeps_the_pages_before_it(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("admitad_statistics")
    clicks = [pull.partner.click(hours=1)]
    at = pull.desk.clock() - timedelta(minutes=2)
    pull.network.make_up("admitad", 1_200, clicks, at)
    pull.wait()
    pull.network.pace(page_milliseconds=0, most_per_minute=2)  # the token is another's
    shown = pull.run()
    assert shown["last_error"].startswith("rate_limited: ")
    assert (shown["records"], shown["cursor"]["place"]) == (1_000, "1000")
    pull.network.pace(page_milliseconds=0)
    pull.desk.clock.move(timedelta(minutes=2))
    assert pull.run_if_due()["records"] == 1_200
    assert len(pull.conversions()) == 1_200
    assert len(pull.receipts()) == 1_200


def test_what_a_server_asks_for_is_kept_to_and_survives_in_the_database(
    pull_of: Callable[..., Pull],
) -> None:
    pull = pull_of("awin_transactions")
    pull.network.fails("rate_limited", network="awin", seconds=120)
    shown = pull.run()
    assert moment(shown["next_at"]) == pull.desk.clock() + timedelta(seconds=120)
    pull.network.heal()
    pull.network.fails("busy", network="awin", seconds=500)
    pull.desk.clock.move(timedelta(seconds=121))
    wait = moment(pull.run_if_due()["next_at"]) - pull.desk.clock()
    # Its date is a real one, some seconds behind the moved clock's.
    assert timedelta(seconds=440) < wait <= timedelta(seconds=500)


def test_faults_in_a_row_are_waited_out_longer_and_longer(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("awin_transactions")
    pull.network.fails("error_500", network="awin")
    waits = []
    for _ in range(6):
        waits.append(moment(pull.run_if_due()["next_at"]) - pull.desk.clock())
        pull.desk.clock.move(waits[-1])
    assert pull.shown()["failures"] == 6
    assert waits[0] <= timedelta(seconds=5)
    assert waits[5] >= timedelta(seconds=80)


def test_refused_credentials_stop_the_pull_until_a_clerk_has_seen_them(
    pull_of: Callable[..., Pull],
) -> None:
    pull = pull_of("awin_transactions")
    pull.set_up(credentials={"token": "wrong"})
    shown = pull.run()
    assert shown["state"] == "paused"
    assert shown["last_error"].startswith("not_authorised: ")
    pull.desk.clock.move(timedelta(days=9))
    assert pull.run_if_due()["state"] == "paused"
    pull.set_up()
    assert pull.run()["state"] == "waiting"


@pytest.mark.parametrize(
    ("kind", "mode", "code"),
    [
        ("admitad_statistics", "repeats", "repeated_page"),
        ("admitad_statistics", "too_many", "too_many_records"),
        ("cj_commissions", "repeats", "repeated_page"),
        ("cj_commissions", "stands_still", "cursor_stands_still"),
    ],
)
def test_a_server_that_pages_wrongly_is_told_so_and_not_followed(
    pull_of: Callable[..., Pull], kind: str, mode: str, code: str
) -> None:
    pull = pull_of(kind)
    at = pull.desk.clock() - timedelta(minutes=2)
    pull.network.make_up(pull.name, 2_500, [pull.partner.click(hours=1)], at)
    pull.wait()
    pull.network.fails(mode, network=pull.name)
    shown = pull.run()
    assert shown["last_error"].startswith(f"{code}: ")
    assert shown["records"] <= 1_000
    pull.network.heal()
    pull.desk.clock.move(timedelta(minutes=1))
    pull.run_if_due()
    assert len(pull.conversions()) == 2_500


def test_a_hundred_megabytes_are_not_read(pull_of: Callable[..., Pull]) -> None:
    """Memory stays flat: sixteen megabytes of an answer are the most that is looked at."""
    pull = pull_of("admitad_statistics")
    pull.network.fails("huge", network="admitad")
    tracemalloc.start()
    shown = pull.run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert shown["last_error"].startswith("answer_too_large: ")
    assert peak < MOST_MEMORY_BYTES


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(
    pull_of: Callable[..., Pull],
) -> None:
    patient = partial(Fetcher, whole_seconds=0.5)
    pull = pull_of("awin_transactions", make_fetcher=patient)
    for number in range(3):
        pull.add(str(number))
    pull.wait()
    pull.network.fails("drip", network="awin", count=1)
    assert pull.run()["last_error"].startswith("too_slow: ")


def test_a_server_that_is_not_there_is_named(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("awin_transactions")
    pull.set_up(base_url="http://127.0.0.1:9")
    assert pull.run()["last_error"].startswith("unreachable: ")


def test_a_page_that_is_refused_is_asked_for_from_the_beginning(
    pull_of: Callable[..., Pull],
) -> None:
    """Names of pages expire: a pull that asks for one for ever would never go on."""
    pull = pull_of("impact_actions")
    number = pull.add("A")
    pull.network.change("impact", number, status="approved")
    pull.wait()
    with pull.desk.engine.begin() as connection:
        place = "/impact/Mediapartners/stand-in/Actions?PageSize=1&Page=99"
        connection.exec_driver_sql(
            "UPDATE pulls SET cursor = jsonb_set(jsonb_set(cursor::jsonb, '{place}', %s::jsonb),"
            " '{goal}', '\"2027-01-01T00:00:00Z\"')::json",
            (f'"{place}"',),
        )
    assert pull.run()["last_error"].startswith("request_refused: ")
    pull.desk.clock.move(timedelta(minutes=1))
    assert pull.run_if_due()["last_error"] is None
    assert len(pull.conversions()) == 1
