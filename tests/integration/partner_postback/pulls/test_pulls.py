"""Pulls from the stand-in: what a network knows ends in conversions, once, whatever comes again."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text

from services.partner_postback.store import pulls as pull_queries
from tests.integration.partner_postback.partner import CLERK, Desk
from tests.integration.partner_postback.pulls.pulling import Pull, small_fetcher
from tests.support.networks import StandIn


def test_admitad_what_is_pending_and_what_became_of_it(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("admitad_statistics")
    numbers = {name: pull.add(name) for name in ("A", "B", "C")}
    pull.wait()
    shown = pull.run()
    assert (shown["state"], shown["last_error"], shown["records"]) == ("waiting", None, 3)
    assert set(pull.conversions().values()) == {("reported", 109_900)}
    pull.network.change("admitad", numbers["A"], status="approved", amount="900.00")
    pull.network.change("admitad", numbers["B"], status="declined", reason="returned")
    pull.wait()
    pull.run()
    assert pull.conversions() == {
        "A": ("approved", 90_000), "B": ("declined", 109_900), "C": ("reported", 109_900),
    }  # fmt: skip


def test_awin_sees_new_ones_validations_and_amendments(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("awin_transactions")
    approved, amended, declined = (pull.add(name) for name in ("A", "B", "C"))
    pull.wait()
    pull.run()
    pull.network.change("awin", approved, status="approved")
    pull.network.change("awin", amended, amount="500.00")
    pull.network.change("awin", declined, status="declined", reason="order returned")
    pull.wait()
    pull.run()
    assert pull.conversions() == {
        str(approved): ("approved", 109_900),
        str(amended): ("reported", 50_000),
        str(declined): ("declined", 109_900),
    }


def test_cj_takes_corrections_as_changes_and_locks_as_decisions(
    pull_of: Callable[..., Pull],
) -> None:
    pull = pull_of("cj_commissions")
    corrected, kept = (pull.add(name, currency="USD") for name in ("A", "B"))
    pull.wait()
    pull.run()
    pull.network.change("cj", corrected, amount="99.50")
    pull.network.change("cj", kept, status="approved")
    pull.wait()
    pull.run()
    assert pull.conversions() == {
        str(corrected): ("reported", 9_950), str(kept): ("approved", 109_900),
    }  # fmt: skip


def test_impact_is_heard_when_actions_lock(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("impact_actions")
    approved, reversed_one, pending = (pull.add(name) for name in ("A", "B", "C"))
    pull.network.change("impact", approved, status="approved", amount="900.00")
    pull.network.change("impact", reversed_one, status="declined", reason="ITEM_RETURNED")
    pull.wait()
    pull.run()
    assert pull.conversions() == {
        f"1000.{approved}": ("approved", 90_000), f"1000.{reversed_one}": ("declined", 109_900),
    }  # fmt: skip
    assert f"1000.{pending}" not in pull.conversions()


def test_a_revision_file_decides_on_what_was_reported(desk: Desk, networks: StandIn) -> None:
    pull = Pull(desk, desk.partner(), networks, "admitad_revision_xml")
    pull.set_up()
    report = pull.partner.report()
    assert pull.partner.send(report).status_code == 200
    number = networks.add("revision", report["order_id"], "none", amount="900.00")
    assert pull.run()["records"] == 0
    networks.change("revision", number, status="approved")
    pull.run()
    assert pull.conversions() == {report["order_id"]: ("approved", 90_000)}


def test_what_comes_again_in_the_overlap_has_no_second_receipt(
    pull_of: Callable[..., Pull],
) -> None:
    """A day's overlap, read every hour, would leave two dozen receipts of each order."""
    pull = pull_of("awin_transactions")
    number = pull.add("A")
    pull.wait()
    for _ in range(3):
        pull.run()
    assert pull.receipts() == [("accepted", "recorded")]
    assert pull.shown()["records"] == 3
    pull.network.change("awin", number, status="approved")
    pull.wait()
    pull.run()
    assert pull.receipts() == [("accepted", "recorded"), ("accepted", "changed")]


def test_an_order_that_was_pushed_and_is_pulled_is_one(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("admitad_statistics")
    number = pull.add("A")
    partner, ordered_at = pull.partner, pull.desk.clock() - timedelta(minutes=2)
    pushed = {
        "token": partner.key, "subid": partner.click(hours=1), "order_id": "A",
        "action_id": str(number), "order_sum": "1099.00", "currency": "RUB", "status": "pending",
        "time": str(int(ordered_at.timestamp())), "type": "sale",
    }  # fmt: skip
    where = f"/postbacks/{partner.partner_id}/admitad"
    assert pull.desk.client.get(where, query_string=pushed).status_code == 200
    pull.network.change("admitad", number, status="approved")
    pull.wait()
    pull.run()
    assert len(pull.conversions()) == 1


def test_a_record_that_cannot_be_read_has_its_receipt_and_stops_nobody(
    pull_of: Callable[..., Pull],
) -> None:
    pull = pull_of("admitad_statistics")
    pull.add("A")
    pull.add("B", currency="XXX")
    pull.network.add("admitad", "C", "no click of ours")
    pull.wait()
    assert pull.run()["last_error"] is None
    assert sorted(pull.receipts()) == [
        ("accepted", "recorded"), ("held", "unknown_click"), ("refused", "unknown_currency"),
    ]  # fmt: skip


def test_many_pages_are_read_to_the_end_and_counted(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("admitad_statistics")
    clicks = [pull.partner.click(hours=1) for _ in range(20)]
    at = pull.desk.clock() - timedelta(minutes=2)
    pull.network.make_up("admitad", 1_730, clicks, at)
    pull.wait()
    shown = pull.run()
    assert (shown["records"], shown["last_error"]) == (1_730, None)
    assert len(pull.conversions()) == 1_730
    assert len(pull.receipts()) == 1_730


def test_the_window_of_an_answer_that_is_too_large_is_halved(pull_of: Callable[..., Pull]) -> None:
    pull = pull_of("awin_transactions", make_fetcher=small_fetcher)
    now = pull.desk.clock()
    for day in range(1, 20):
        ordered_at = now - timedelta(days=day)
        click = pull.partner.click(days=day, hours=1)
        pull.network.add("awin", str(day), click, ordered_at=ordered_at.isoformat())
    pull.wait()
    assert pull.run()["last_error"] is None
    assert len(pull.conversions()) == 19


def test_a_run_without_end_stops_after_its_pages_and_goes_on_later(
    pull_of: Callable[..., Pull],
) -> None:
    pull = pull_of("admitad_statistics", most_pages=3)
    pull.network.make_up("admitad", 1, [pull.partner.click(hours=1)], pull.desk.clock())
    pull.network.fails("endless")
    pull.wait()
    shown = pull.run()
    assert shown["last_error"].startswith("too_many_pages: ")
    assert shown["next_at"] > shown["last_run_at"]
    assert (shown["records"], shown["cursor"]["place"]) == (1_500, "1500")
    shown = pull.run()
    assert (shown["records"], shown["cursor"]["place"]) == (3_000, "3000")


def test_a_pull_that_is_changed_while_it_runs_keeps_nothing_more(
    pull_of: Callable[..., Pull],
) -> None:
    """INVARIANT: who was overtaken, by a clerk or another process, must not move the cursor."""
    pull = pull_of("admitad_statistics")
    pull.add("A")
    pull.wait()
    with pull.desk.engine.begin() as connection:
        (one,) = pull_queries.due(connection, pull.desk.clock())
        taken = pull_queries.take(connection, one[0], pull.desk.clock())
    assert taken is not None
    assert pull.desk.client.post(f"{pull.path}/pause", headers=CLERK).status_code == 200
    pull.due_pulls().running.run(taken)
    shown = pull.shown()
    assert (pull.conversions(), shown["records"], shown["state"]) == ({}, 0, "paused")
    assert pull.due_pulls().work() is False
    assert pull.run()["records"] == 1


def test_a_partner_that_is_pulled_already_is_left_to_who_does(
    pull_of: Callable[..., Pull],
) -> None:
    """INVARIANT: never two at once for a partner, whatever kinds they are and whoever runs them."""
    pull = pull_of("admitad_statistics")
    other = pull_of("awin_transactions")
    with pull.desk.engine.connect() as holding:
        assert pull_queries.lock(holding, pull.partner.partner_id)
        assert pull.due_pulls().work() is False
        pull_queries.unlock(holding, pull.partner.partner_id)
    assert pull.due_pulls().work() is True
    assert other.due_pulls().work() is True
    assert other.due_pulls().work() is False
    locks = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
        " WHERE datname = current_database() AND locktype = 'advisory' AND classid = 4711"
    )
    with pull.desk.engine.connect() as connection:
        assert connection.scalar(text(locks)) == 0
