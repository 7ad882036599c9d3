"""Proofs of what is of no purchase: they hold, and tell nobody of another's purchases."""

from deploy.proof.check import check
from shared.signed import Signer
from tests.integration.bonus_status.api import CLERK, client_of, sign_in
from tests.integration.bonus_status.desk import Desk
from tests.integration.bonus_status.gifts import BY_CLERK, gifts, put
from tests.integration.bonus_status.proving import SEED
from tests.support import bonuses

KEYS = Signer([SEED]).public_keys


def test_a_credit_and_a_debit_are_proven(desk: Desk) -> None:
    """What would break it: a debit whose event says 0 points, and whose bonus is below zero."""
    desk.hear(desk.store())
    desk.hear(desk.member("active"))
    desk.earned()
    client = client_of(desk)
    put(client, "corrections", "correction", alone_up_to=500)
    for kind in ("credit", "debit"):
        said = {"command_id": bonuses.new_id(), "member_id": desk.member_id, "amount": 50}
        made = client.post("/corrections", json=BY_CLERK | said | {"kind": kind}, headers=CLERK)
        path = f"/bonuses/{made.get_json()['bonus_id']}/proof"
        found = check(client.get(path, headers=CLERK).data, KEYS)
        assert [one for one in found if not one.holds] == []


def test_an_inviters_proof_names_nothing_of_the_friends_purchases(fresh_desk: Desk) -> None:
    desk, friend = fresh_desk, bonuses.new_id()
    client = client_of(desk)
    desk.hear(desk.store())
    put(client, "invitation", "invitation", amount=200, most_a_member=1_000)
    desk.hear(desk.member("active", member_id=friend, invited_by=desk.member_id))
    line, receipts = bonuses.new_id(), [bonuses.new_id() for _ in range(3)]
    said = {"member_id": friend, "receipt_id": receipts[0]}
    approved = desk.conversion(line, status="approved", **said)
    desk.hear(approved)
    desk.hear(approved)
    desk.hear(desk.conversion(line, status="declined", **said | {"receipt_id": receipts[1]}))
    desk.hear(desk.conversion(line, status="approved", **said | {"receipt_id": receipts[2]}))
    assert gifts(desk, "invitation") == [("accrued", 200)]
    assert desk.books_are_right()
    (bonus,) = desk.rows("SELECT bonus_id::text FROM bonuses WHERE source = 'invitation'")
    mine = sign_in(desk, client, desk.member_id)
    proof = mine.get(f"/me/bonuses/{bonus['bonus_id']}/proof")
    assert [one for one in check(proof.data, KEYS) if not one.holds] == []
    assert [one for one in (friend, line, *receipts) if one in proof.text] == []
