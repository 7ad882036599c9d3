"""The first page of the account, the history, and one bonus."""

from urllib.parse import parse_qs, urlsplit

from flask import Flask

from tests.integration.account.me.conftest import Reader
from tests.integration.account.me.neighbours import (
    BONUS,
    Neighbours,
    balance,
    bonus,
    coming,
    goal,
)

_LARGEST_PAGE_BYTES = 60_000
_PAGE = 20


def test_the_first_page_says_what_there_is_and_what_the_1st_will_do(reader: Reader) -> None:
    said = reader.opens("/me")
    assert "Available 450 ₽" in said
    assert "On 1 December, 450 ₽ will top up +7 ··· 45-67." in said
    assert "Perekrestok" in said


def test_it_is_cheap(reader: Reader, neighbours: Neighbours) -> None:
    """INVARIANT: five questions and five bonuses, however many there are behind it.

    What would break it: asking for each bonus, or for the relatives of a member who has none.
    """
    reader.opens("/me")
    assert len(neighbours.heard) == 5
    assert neighbours.asked("GET /me/bonuses") == [{"limit": "5"}]


def test_a_debt_is_told_with_what_it_is_of(reader: Reader, neighbours: Neighbours) -> None:
    owed = {"bonus_id": BONUS, "store_name": "Booking", "owed": 450, "since": None}
    neighbours.answers |= {
        "GET /me/balance": balance(debt=450),
        "GET /me/debts": {"debt": 450, "data": [owed]},
        "GET /me/next-payout": coming([goal(waits="debt")], reasons=["debt"]),
    }
    said = reader.opens("/me")
    assert "You owe 450 ₽" in said
    assert "Booking : 450 ₽" in said
    assert "your next points repay it first" in said


def test_without_a_bonus_it_says_what_to_do(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers["GET /me/bonuses"] = {"data": [], "next": None}
    assert "Choose a store" in reader.opens("/me")
    assert "Your history begins with your first purchase" in reader.opens("/me/history")


def test_without_the_phone_the_rest_is_shown(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers = {
        what: said for what, said in neighbours.answers.items() if not what.endswith("/contact")
    }
    assert "450 ₽ will top up your phone" in reader.opens("/me")


def test_a_stranger_signs_in_and_comes_back(account: Flask, neighbours: Neighbours) -> None:
    answer = account.test_client().get("/me/history?status=accrued")
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert asked["back"] == ["/me/history?status=accrued"]
    assert not neighbours.heard


def test_the_history_asks_for_days_of_moscow(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers["GET /me/bonuses"] = {"data": [bonus()], "next": "place"}
    reader.opens("/me/history?status=pending&from=2026-11-01&to=2026-11-30")
    [asked] = neighbours.asked("GET /me/bonuses")
    assert asked["status"] == "pending"
    assert (asked["from"], asked["to"]) == ("2026-10-31T21:00:00Z", "2026-11-30T21:00:00Z")
    # The next page is of the same days and status.
    place = "after=place&amp;status=pending&amp;from=2026-11-01&amp;to=2026-11-30"
    assert place in reader.page.text


def test_a_period_that_cannot_be_is_told_beside_its_field(
    reader: Reader, neighbours: Neighbours
) -> None:
    said = reader.opens("/me/history?from=2026-11-30&to=2026-11-01")
    assert reader.page.status_code == 422
    assert "The last day lies before the first one." in said
    assert 'value="2026-11-30"' in reader.page.text
    assert neighbours.questions == []


def test_a_place_that_is_none_leads_to_the_first_page(
    reader: Reader, neighbours: Neighbours
) -> None:
    neighbours.refuse("GET /me/bonuses", 422, "unknown_place")
    reader.opens("/me/history?after=xx&status=accrued")
    assert reader.page.headers["Location"] == "/me/history?status=accrued"


def test_a_full_page_is_small(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers["GET /me/bonuses"] = {"data": [bonus()] * _PAGE, "next": "place"}
    reader.opens("/me/history")
    assert len(reader.page.data) < _LARGEST_PAGE_BYTES


def test_a_bonus_opens_to_its_sum(reader: Reader, neighbours: Neighbours) -> None:
    spent = {"kind": "top_up", "state": "written_off", "run_month": "2026-12", "amount": 157}
    neighbours.answers[f"GET /me/bonuses/{BONUS}"] = bonus(spent_on=[spent])
    said = reader.opens(f"/me/bonuses/{BONUS}")
    assert "You paid 1,050 ₽ 15 % of it 157.50 ₽ Rounded down to whole rubles 157 ₽" in said
    assert "A phone was topped up, December 2026 157 ₽" in said


def test_what_others_wrote_is_text(reader: Reader, neighbours: Neighbours) -> None:
    script = "<script>alert(1)</script>"
    told = {"code": "not_approved", "in_words": script}
    neighbours.answers[f"GET /me/bonuses/{BONUS}"] = bonus(
        store_name=script, status="rejected", status_told=told, reason=script
    )
    assert "<script>alert" not in (reader.opens(f"/me/bonuses/{BONUS}") and reader.page.text)
    assert reader.page.text.count("&lt;script&gt;") >= 3


def test_a_proof_is_handed_out_as_it_was_signed(reader: Reader, neighbours: Neighbours) -> None:
    neighbours.answers[f"GET /me/bonuses/{BONUS}/proof"] = b'{"proof":  1}'
    reader.opens(f"/me/bonuses/{BONUS}/proof")
    assert reader.page.data == b'{"proof":  1}'
    assert reader.page.headers["Content-Disposition"].startswith("attachment")


def test_what_is_another_members_is_not_there(reader: Reader) -> None:
    for path in (f"/me/bonuses/{BONUS}", f"/me/bonuses/{BONUS}/proof", "/me/history/2031-01"):
        reader.opens(path)
        assert reader.page.status_code == 404


def test_a_statement_is_read_and_saved(reader: Reader, neighbours: Neighbours) -> None:
    line = {"kind": "spent", "points": -200, "bonus_id": BONUS, "store_id": None}
    line |= {"in_words": "Spent on a top-up", "posted_at": "2026-11-05T10:00:00Z", "store_name": ""}
    sums = {"opening": 300, "earned": 157, "corrected": 0, "spent": 200, "closing": 257}
    month = {"month": "2026-11", "is_final": False, "lines": [line], "lines_left_out": 3, **sums}
    neighbours.answers["GET /me/statements/2026-11"] = month
    said = reader.opens("/me/history/2026-11")
    assert (
        "At the beginning of the month 300 ₽ Earned +157 ₽ Spent \N{MINUS SIGN}200 ₽ Now 257 ₽"
        in said
    )
    assert "Spent on a top-up" in said
    assert "3 more lines are in the PDF and the CSV." in said
    neighbours.answers["GET /me/statements/2026-11"] = b"%PDF-"
    reader.opens("/me/history/2026-11.pdf")
    assert (reader.page.data, reader.page.mimetype) == (b"%PDF-", "application/pdf")


def test_the_head_says_whose_account_is_open(reader: Reader, neighbours: Neighbours) -> None:
    """Two who share a phone see it; asked for once a session, and never for the shop window."""
    reader.opens("/me/history")
    reader.opens("/me/claims")
    assert "+7 ··· 45-67" in reader.page.text.partition("<main")[0].replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert len([one for one in neighbours.heard if "contact" in str(one)]) == 1
