"""`verify` sees a run that paid something else than was planned, or whose end nobody signed."""

import json
from uuid import uuid4

import pytest

from deploy.verify.books import Auditor
from deploy.verify.runs import runs
from services.payout.states import ENDS, State
from shared.signed import Signer, digest
from tests.integration.deploy.breaking import break_books, settled_top_up

SIGNER = Signer([b"m" * 32])
_COUNTED = """
UPDATE runs SET (payouts, points, plan_hash) = (
    SELECT count(*), sum(amount),
           plan_chain(concat_ws(',', payout_id, member_id, goal_id, kind, amount)
                      ORDER BY member_id, goal_id) FROM payouts)
"""


def ended(plan_hash: str, **changes: object) -> str:
    told = {"plan_hash": plan_hash}
    signed = {"sha256": digest(told), "key_id": SIGNER.newest, "signature": SIGNER.sign(told)}
    return json.dumps({"manifest": told, **signed, **changes})


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE payouts SET amount = amount + 1", "plans_changed"),
        ("UPDATE payouts SET kind = 'certificate'", "plans_changed"),
        ("UPDATE runs SET points = points + 1", "plans_changed"),
        ("UPDATE payouts SET payout_id = gen_random_uuid()", "plans_changed"),
        ("DELETE FROM payouts", "plans_changed"),
        (f"UPDATE runs SET manifest = '{ended('00')}'", "manifests_of_another_plan"),
        ("ALTER TABLE payouts DISABLE TRIGGER USER; UPDATE payouts SET state = 'reserved'", ""),
    ],
    ids=["a ruble more", "another kind", "totals", "another payout", "lost", "manifest", "open"],
)
def test_what_differs_from_the_plan_is_found(auditor: Auditor, statement: str, fault: str) -> None:
    break_books(auditor, "payout", *settled_top_up(500), _COUNTED)
    assert runs(auditor, SIGNER.public_keys).holds
    hash_now = "(SELECT encode(plan_hash, 'hex') FROM runs)"
    manifest = ended("HASH").replace("HASH", f"' || {hash_now} || '")
    break_books(auditor, "payout", f"UPDATE runs SET ended_at = now(), manifest = '{manifest}'")
    break_books(auditor, "payout", *statement.split("; "))
    faults = runs(auditor, SIGNER.public_keys).faults
    for expected in [fault] if fault else ["ended_too_early", "reserved_for_no_payout"]:
        assert faults[expected] >= 1


def test_points_of_a_payout_on_its_way_are_reserved_for_it(auditor: Auditor) -> None:
    """What would break it: a state forgotten here, and right books are called wrong."""
    on_the_way = {one for one in State if one not in ENDS} - {
        State.PLANNED, State.REQUESTED, State.REVERSED
    }  # fmt: skip
    break_books(auditor, "payout", *settled_top_up(500), _COUNTED)
    account = f"INSERT INTO accounts (member_id, reserved) VALUES ('{uuid4()}', 500)"
    break_books(auditor, "bonus_status", account)
    free = "ALTER TABLE payouts DISABLE TRIGGER USER"
    for state in sorted(on_the_way):
        break_books(auditor, "payout", free, f"UPDATE payouts SET state = '{state}'")
        assert runs(auditor, SIGNER.public_keys).faults == {}, state


@pytest.mark.parametrize(
    "changes", [{"signature": "00" * 64}, {"key_id": "another"}, {"sha256": "00" * 32}]
)
def test_a_manifest_that_is_not_signed_is_found(
    auditor: Auditor, changes: dict[str, object]
) -> None:
    told = ended("00" * 32, **changes)
    rows = settled_top_up(500)
    break_books(auditor, "payout", *rows[:3])
    break_books(auditor, "payout", f"UPDATE runs SET ended_at = now(), manifest = '{told}'")
    assert runs(auditor, SIGNER.public_keys).faults == {"manifests_not_signed": 1}
    good = ended("00" * 32)
    break_books(auditor, "payout", f"UPDATE runs SET manifest = '{good}'")
    assert runs(auditor, SIGNER.public_keys).holds
