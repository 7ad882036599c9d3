"""What clerks look at: clicks, a member's claims, clicks and orders by day, pending by age."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.integration.bonus_status.api import CLERK, PARTNER, asked, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.support import bonuses


def clicked(desk: Desk, at: datetime, *, repeat: bool = False) -> str:
    click_id = f"click-{bonuses.new_id()}"
    with desk.engine.begin() as connection:
        values = {"c": click_id, "m": desk.member_id, "s": desk.store_id, "at": at, "r": repeat}
        connection.execute(text("INSERT INTO clicks VALUES (:c, :m, :s, :at, :r)"), values)
    return click_id


def test_a_members_clicks_are_listed_newest_first(desk: Desk) -> None:
    first = clicked(desk, desk.clock() - timedelta(days=2))
    last = clicked(desk, desk.clock(), repeat=True)
    with client_of(desk) as client:
        client.environ_base["HTTP_AUTHORIZATION"] = CLERK["Authorization"]
        listed = asked(client, f"/members/{desk.member_id}/clicks")["data"]
        one = asked(client, f"/clicks/{first}")
    assert [(click["click_id"], click["repeat"]) for click in listed] == [
        (last, True),
        (first, False),
    ]
    assert one["member_id"] == desk.member_id


def test_a_member_reads_his_own_clicks_page_by_page_and_nobody_elses(desk: Desk) -> None:
    moments = [desk.clock() - timedelta(days=days) for days in (0, 1, 1, 2)]
    mine = {clicked(desk, moment) for moment in moments}
    with client_of(desk) as client:
        assert client.get("/me/clicks").status_code == 401
        sign_in(desk, client, desk.member_id)
        first = asked(client, "/me/clicks?limit=3")
        second = asked(client, f"/me/clicks?limit=3&after={first['next']}")
        sign_in(desk, client, bonuses.new_id())
        strange = [asked(client, f"/me/clicks{query}") for query in ("", f"?after={first['next']}")]
        wrong = client.get("/me/clicks?limit=1000")
    assert (len(first["data"]), len(second["data"]), second["next"]) == (3, 1, None)
    both = first["data"] + second["data"]
    assert {one["click_id"] for one in both} == mine
    assert [one["clicked_at"] for one in both] == sorted(
        (one["clicked_at"] for one in both), reverse=True
    )
    assert "member_id" not in both[0]
    assert strange == [{"data": [], "next": None}] * 2
    assert (wrong.status_code, wrong.get_json()["errors"][0]["field"]) == (422, "limit")


def test_days_count_clicks_and_orders_as_moscow_has_them(fresh_desk: Desk) -> None:
    desk = fresh_desk
    # 21:30 UTC is the next day in Moscow already.
    clicked(desk, datetime(2026, 11, 20, 21, 30, tzinfo=UTC))
    clicked(desk, datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
    clicked(desk, datetime(2026, 11, 21, 12, 1, tzinfo=UTC), repeat=True)
    with client_of(desk) as client:
        client.environ_base["HTTP_AUTHORIZATION"] = CLERK["Authorization"]
        days = asked(client, "/figures/days?from=2026-11-20&to=2026-11-22")["data"]
    assert [(one["day"], one["clicks"], one["orders"]) for one in days] == [
        ("2026-11-20", 0, 0),
        ("2026-11-21", 2, 0),
        ("2026-11-22", 0, 0),
    ]


def test_what_is_pending_stands_under_its_age(fresh_desk: Desk) -> None:
    desk = fresh_desk
    desk.hear(desk.member("active"))
    desk.hear(desk.store())
    desk.hear(desk.conversion(bonuses.new_id()))
    desk.clock.move(timedelta(days=60))
    with client_of(desk) as client:
        client.environ_base["HTTP_AUTHORIZATION"] = CLERK["Authorization"]
        ages = asked(client, "/figures/pending")["data"]
    assert [one["bonuses"] for one in ages if one["bonuses"]] == [1]
    [of_it] = [one for one in ages if one["bonuses"]]
    assert (of_it["points"], of_it["overdue"]) == (76, 1)


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-11-02&to=2026-11-01",
        "from=1900-01-01",
        "to=soon",
        "from=2020-01-01&to=2026-01-01",
    ],
)
def test_a_wrong_period_is_refused_with_its_field(desk: Desk, query: str) -> None:
    with client_of(desk) as client:
        answer = client.get(f"/figures/days?{query}", headers=CLERK)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] in ("from", "to")


@pytest.mark.parametrize(
    "path", ["/clicks/x", "/figures/days", "/figures/pending", "/members/{}/clicks"]
)
def test_nobody_else_looks(desk: Desk, path: str) -> None:
    with client_of(desk) as client:
        assert client.get(path.format(desk.member_id), headers=PARTNER).status_code == 401
    with client_of(desk) as client:
        assert client.get("/clicks/nothing", headers=CLERK).status_code == 404
