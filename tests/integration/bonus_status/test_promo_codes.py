"""Promo codes: once a member, within limits, and no way to find one by guessing."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.bonus_status.api import CLERK, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.gifts import BY_CLERK, gifts, granted, put
from tests.support import bonuses


class Shop:
    """A rule of this test alone, and its codes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.rule_id = f"promo-{secrets.token_hex(4)}"
        self.client = client_of(desk)

    def rule(self, **said: Any) -> None:
        put(
            self.client,
            self.rule_id,
            "promo_code",
            **({"amount": 250, "most_a_member": 250} | said),
        )

    def code(self, most_uses: int = 1) -> str:
        code = f"SPRING-{secrets.token_hex(4).upper()}"
        sent = {"rule_id": self.rule_id, "codes": [code], "most_uses": most_uses} | BY_CLERK
        answer = self.client.post("/promo-codes", json=sent, headers=CLERK)
        assert (answer.status_code, answer.get_json()) == (201, {"added": 1})
        return code

    def redeem(self, member_id: str, code: str) -> tuple[int, dict[str, Any]]:
        client = sign_in(self.desk, self.client.application.test_client(), member_id)
        answer = client.post("/me/promo-codes", json={"code": code})
        return answer.status_code, dict(answer.get_json())

    def members(self, count: int) -> list[str]:
        members = [bonuses.new_id() for _ in range(count)]
        self.desk.hear(*(self.desk.member("active", member_id=one) for one in members))
        return members


@pytest.fixture
def shop(desk: Desk) -> Shop:
    desk.hear(desk.member("active"))
    return Shop(desk)


def test_a_code_gives_its_points_once(desk: Desk, shop: Shop) -> None:
    shop.rule()
    code = shop.code(most_uses=5)
    first = shop.redeem(desk.member_id, f" {code.lower()} ")
    assert (first[0], first[1]["amount"]) == (200, 250)
    assert shop.redeem(desk.member_id, code) == first
    assert desk.has(accrued=250)
    assert shop.redeem(desk.member_id, shop.code())[1]["code"] == "no_such_code"
    assert desk.books_are_right()


def test_of_many_members_at_the_last_use_one_wins(desk: Desk, shop: Shop) -> None:
    shop.rule()
    code, members = shop.code(), shop.members(6)
    with ThreadPoolExecutor(6) as callers:
        codes = list(callers.map(lambda one: shop.redeem(one, code)[0], members))
    assert sorted(codes) == [200, 422, 422, 422, 422, 422]
    assert granted(desk, shop.rule_id) == 250
    assert desk.books_are_right()


def test_the_budgets_last_one_gets_the_rest(desk: Desk, shop: Shop) -> None:
    shop.rule(total_cap=600)
    code, members = shop.code(most_uses=10), shop.members(5)
    with ThreadPoolExecutor(5) as callers:
        list(callers.map(lambda one: shop.redeem(one, code), members))
    given = [amount for one in members for _, amount in gifts(desk, "promo_code", one)]
    assert sorted(given) == [100, 250, 250]
    used = desk.rows(f"SELECT used FROM promo_codes WHERE code = '{code}'")[0]["used"]
    assert used == 3


def test_unknown_ended_and_used_up_codes_are_told_alike(desk: Desk, shop: Shop) -> None:
    shop.rule()
    used_up, (other,) = shop.code(), shop.members(1)
    shop.redeem(other, used_up)
    ended = Shop(desk)
    ended.rule(valid_until="2026-02-01T00:00:00Z")
    answers = [
        shop.redeem(desk.member_id, one) for one in (used_up, ended.code(), "NOBODYS", "\u0130")
    ]
    told = [{**body, "request_id": None} for _, body in answers]
    assert [status for status, _ in answers] == [422] * 4
    assert all(one["code"] == "no_such_code" for one in told)
    assert len({str(one["errors"]) for one in told}) == 1


def test_guesses_are_limited_however_many_at_once(desk: Desk, shop: Shop) -> None:
    """INVARIANT: ten wrong codes an hour, by the database. A counter in Redis could be lost."""
    shop.rule()
    code = shop.code()
    with ThreadPoolExecutor(6) as guessers:
        tried = list(
            guessers.map(lambda n: shop.redeem(desk.member_id, f"GUESS-{n}")[0], range(20))
        )
    assert (tried.count(422), tried.count(429)) == (10, 10)
    assert shop.redeem(desk.member_id, code)[0] == 429
    desk.clock.move(timedelta(hours=1, seconds=1))
    assert shop.redeem(desk.member_id, code)[0] == 200


def test_a_rule_says_what_is_wrong_with_it(shop: Shop) -> None:
    sent = {
        "source": "promo_code",
        "sentence": "A gift.",
        "total_cap": 100,
        "settings": {"amount": 0},
    } | BY_CLERK
    answer = shop.client.put("/bonus-rules/wrong", json=sent, headers=CLERK)
    assert answer.status_code == 422
    fields = [fault["field"] for fault in answer.get_json()["errors"]]
    assert any("settings" in one for one in fields)
    assert shop.client.put("/bonus-rules/No", json=sent, headers=CLERK).status_code == 422
    shop.rule()
    assert shop.client.put("/bonus-rules/x", json=sent).status_code == 401
    kept = shop.client.get(f"/bonus-rules/{shop.rule_id}", headers=CLERK).get_json()
    assert (kept["version"], kept["granted"], kept["settings"]["amount"]) == (1, 0, 250)
