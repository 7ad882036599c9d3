"""A life with every kind of gift and command, built again: the same, or by other rules."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.bonus_status.replay.commands import check
from services.bonus_status.replay.rules import read_rules
from services.bonus_status.sources.shipped import shipped_rules
from services.bonus_status.store.replay.alone import alone_with
from services.bonus_status.store.sources import rules
from tests.integration.bonus_status.api import CLERK, client_of, sign_in
from tests.integration.bonus_status.gifts import BY_CLERK, gifts, put
from tests.integration.bonus_status.workshop import SCHEMA, Workshop
from tests.support import bonuses

AT = "2026-11-20T00:00:00Z"
_BONUSES = """
SELECT count(*) FROM (
    SELECT bonus_id, member_id, source, status, amount, available, reserved, written_off, repaid,
           rule_id, rule_version, follows, opened_at, accrued_at, reason FROM {}.bonuses
    EXCEPT SELECT bonus_id, member_id, source, status, amount, available, reserved, written_off,
           repaid, rule_id, rule_version, follows, opened_at, accrued_at, reason FROM {}.bonuses
) AS missing
"""


class Life:
    """Anna invites Boris by one device, Clara only redeems; a clerk's hand in all of it."""

    def __init__(self, workshop: Workshop) -> None:
        self.logs, self.desk = workshop.logs, workshop.desk
        self.client: FlaskClient = client_of(self.desk)
        self.anna, self.boris, self.clara = (bonuses.new_id() for _ in range(3))

    def live(self) -> None:
        """Live it; each step moves money or decides about that of later ones."""
        with self.desk.engine.begin() as connection:
            rules.add_missing(connection, shipped_rules(), self.desk.clock())
        self.logs.tell(self.desk.store())
        self._rules()
        self._members()
        kept = self.buys(self.anna, "approved")
        self.buys(self.boris, "approved")
        self._posts(f"/invitations/{self.boris}/release", BY_CLERK)
        self._redeems(self.anna, 200)
        self._redeems(self.clara, 200)
        self._redeems(self.boris, 422)
        self.buys(self.clara, "approved_unfunded")
        decision = {"unfunded_accrues": True} | BY_CLERK
        assert self.client.put("/settings", json=decision, headers=CLERK).status_code == 200
        self.buys(self.clara, "approved_unfunded")
        self._pays_out()
        put(self.client, "double", "campaign", times=2, is_on=False)
        self.buys(self.anna, "returned", kept)
        self.buys(self.anna, "approved")
        self._corrects()

    def buys(self, member_id: str, status: str, line: str | None = None) -> str:
        """Let a purchase be reported; a return of one that has its line."""
        line = line or bonuses.new_id()
        paid = 0 if status == "returned" else 109_900
        said = {"member_id": member_id, "status": status, "paid_minor": paid}
        self.logs.tell(self.desk.conversion(line, **said))
        return line

    def balance(self, member_id: str) -> dict[str, int]:
        """What is not zero in a member's account."""
        self.desk.member_id = member_id
        return {name: points for name, points in self.desk.balance().items() if points}

    def _rules(self) -> None:
        """All end soon: whoever looked at the clock of a rebuild would find nothing in force."""
        soon = (self.desk.clock() + timedelta(minutes=1)).isoformat()
        put(self.client, "first-purchase", "first_purchase", amount=200, valid_until=soon)
        put(self.client, "double", "campaign", times=2, most_a_store_and_month=100)
        codes = {"amount": 250, "most_a_member": 250, "total_cap": 300}
        put(self.client, "spring", "promo_code", **codes, valid_until=soon)
        self._posts("/promo-codes", {"rule_id": "spring", "codes": ["SPRING"], "most_uses": 9})
        self._posts("/promo-codes", {"rule_id": "spring", "codes": ["UNUSED"], "most_uses": 9})

    def _members(self) -> None:
        """Anna links her e-mail and takes it back in one batch: thanked for once all the same."""
        anna = {"member_id": self.anna}
        self.logs.tell(
            self.desk.member("active", **anna, email_linked_at=AT),
            self.desk.member("active", **anna),
            self.desk.member("active", member_id=self.clara),
        )
        invited = {"invited_by": self.anna, "shared_device": True}
        self.logs.tell(self.desk.member("active", member_id=self.boris, **invited))

    def _redeems(self, member_id: str, status: int) -> None:
        client = sign_in(self.desk, client_of(self.desk), member_id)
        answer = client.post("/me/promo-codes", json={"code": "SPRING"})
        assert answer.status_code == status, answer.text

    def _pays_out(self) -> None:
        payout_id, anna = bonuses.new_id(), {"member_id": self.anna}
        self.desk.member_id = self.anna
        self.logs.tell(self.desk.asks(payout_id, amount=700, **anna))
        self.logs.tell(self.desk.ends(payout_id, "completed", 700))

    def _corrects(self) -> None:
        credit = {"member_id": self.boris, "kind": "credit", "amount": 40}
        debit = {"member_id": self.clara, "kind": "debit", "amount": 600}
        self._posts("/corrections", {"command_id": bonuses.new_id()} | credit)
        made = self._posts("/corrections", {"command_id": bonuses.new_id()} | debit)
        self.desk.clock.move(timedelta(days=3))
        self._posts(f"/corrections/{made['correction_id']}/approve", {"clerk": "boss"})

    def _posts(self, path: str, said: dict[str, Any]) -> dict[str, Any]:
        sent = said if path.endswith("/approve") else BY_CLERK | said
        answer = self.client.post(path, json=sent, headers=CLERK)
        assert answer.status_code in {200, 201}, answer.text
        return dict(answer.get_json())


def lived(workshop: Workshop) -> Life:
    life = Life(workshop)
    life.live()
    assert life.desk.books_are_right()
    return life


def test_all_that_moves_money_is_done_again_in_its_place(workshop: Workshop) -> None:
    """What would break it: a command that notes no place, a rule that counts from elsewhere on."""
    life = lived(workshop)
    assert gifts(life.desk, "campaign", life.boris) == [("accrued", 24)]
    assert gifts(life.desk, "promo_code", life.clara) == [("written_off", 50)]
    given = 15 + 76 + 76 + 200 + 200 + 250
    taken = 76 + 76 + 200
    again = 76 + 200
    assert life.balance(life.anna) == {
        "accrued": given - 700 - taken + again,
        "written_off": 700,
    }
    assert life.balance(life.boris) == {"accrued": 76 + 24 + 200 + 40}
    assert life.balance(life.clara) == {"pending": 76 + 200, "debt": 600 - 50 - 76}
    workshop.rebuild()
    found = workshop.compare()
    assert (found.all, found.members, found.moved_on) == ([], 3, 0)
    with life.desk.engine.connect() as connection:
        for pair in (("bonus_status", SCHEMA), (SCHEMA, "bonus_status")):
            assert connection.scalar(text(_BONUSES.format(*pair))) == 0


def test_by_other_rates_exactly_whose_money_changes_is_named(workshop: Workshop) -> None:
    """1 099.00 RUB at 10 % are 109 points; Anna's campaign takes all 100 that it may give."""
    life = lived(workshop)
    workshop.rebuild(f"rates: {{{life.desk.store_id}: {{others: 10%}}}}")
    found = workshop.compare(by_other_rules=True)
    assert {(one.owner, one.name): one.by for one in found.all} == {
        (life.anna, "accrued"): 109 - 76,
        (life.boris, "accrued"): 109 - 76 - 24,
        (life.clara, "pending"): 109 - 76,
        (life.clara, "debt"): -(109 - 76),
    }


def test_by_another_bonus_rule_exactly_whose_money_changes_is_named(workshop: Workshop) -> None:
    """All three bought for the first time; Boris alone had points of the campaign."""
    life = lived(workshop)
    workshop.rebuild(
        "bonus_rules: {first-purchase: {settings: {amount: 300}}, double: {is_on: false}}"
    )
    found = workshop.compare(by_other_rules=True)
    assert {(one.owner, one.name): one.by for one in found.all} == {
        (life.anna, "accrued"): 100,
        (life.boris, "accrued"): 100 - 24,
        (life.clara, "pending"): 100,
    }


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ("bonus_rules: {doubel: {is_on: false}}", "bonus_rules.doubel"),
        ("rates: {nosuch: {others: 20%}}", "rates.nosuch"),
        (
            "bonus_rules: {double: {settings: {basis_points: 500}}}",
            "bonus_rules.double.settings.times",
        ),
    ],
)
def test_what_a_bonus_rule_cannot_say_is_refused_before_anything_is_built(
    workshop: Workshop, tmp_path: Path, rules: str, field: str
) -> None:
    """What would break it: a refusal in the middle, with half a schema left behind."""
    lived(workshop)
    file = tmp_path / "rules.yaml"
    file.write_text(rules)
    with workshop.logs.served() as urls, workshop.process(urls, file) as refused:
        said = json.loads(refused.communicate()[0])
    assert said["refused"].startswith(f"{field}: ")
    assert ("double" in said["refused"]) == ("doub" in rules)
    with workshop.desk.engine.connect() as connection:
        found = text("SELECT count(*) FROM pg_namespace WHERE nspname = :name")
        assert connection.scalar(found, {"name": SCHEMA}) == 0


def test_a_changed_rule_that_stays_off_is_named(workshop: Workshop) -> None:
    """What would break it: more points by a rule that is off, which change nothing, silently."""
    life = lived(workshop)
    other = read_rules(
        "bonus_rules: {first-purchase: {settings: {amount: 300}}, double: {is_on: false}}"
    )
    with life.desk.engine.connect() as connection:
        assert check(other, connection) == ["double"]


def test_killed_in_the_middle_it_goes_on_where_it_was(workshop: Workshop) -> None:
    life = lived(workshop)
    for number in range(60):
        life.buys((life.anna, life.boris)[number % 2], "approved")
        life.desk.member_id = life.anna
        workshop.logs.tell(life.desk.asks(bonuses.new_id(), amount=10))
    with workshop.logs.served() as urls, workshop.process(urls) as killed:
        assert killed.stdout is not None
        for line in killed.stdout:
            said = json.loads(line)
            if said["step"] == "applying" and said["done"] >= said["of"] // 3:
                killed.kill()
    with life.desk.engine.connect() as connection:
        place, last = connection.execute(
            text(f"SELECT (SELECT place FROM {SCHEMA}.rebuilt), max(place) FROM applied")
        ).one()
    assert 0 < place < last
    assert 0 < workshop.rebuild() < said["of"]
    assert workshop.compare().all == []


def test_a_second_rebuild_into_one_schema_is_refused(workshop: Workshop) -> None:
    """What would break it: each takes the other's rows for its own, and says the data are wrong."""
    lived(workshop)
    with (
        alone_with(workshop.desk.engine, SCHEMA),
        workshop.logs.served() as urls,
        workshop.process(urls) as refused,
    ):
        said = json.loads(refused.communicate()[0])
    assert "Another rebuild is at work on the schema" in said["refused"]
    assert workshop.rebuild() > 0
