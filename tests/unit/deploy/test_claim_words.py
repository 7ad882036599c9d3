"""What a clerk reads of a claim before he decides: who claims, and what the partner says."""

from typing import Any

import pytest

from deploy.cli.claims import _line, _told

CLAIM: dict[str, Any] = {
    "claim_id": "c10b6c79-6db9-503b-b3b2-7d7a6cb473a2",
    "member_id": "4a051996-378b-4a19-95b9-23de43c27a93",
    "state": "answered",
    "version": 3,
    "store_id": "aliexpress",
    "order_id": "A-1",
    "amount_minor": 250_000,
    "currency": "RUB",
    "answer_by": "2026-12-01T10:00:00Z",
    "partner_says": "confirmed",
    "partner_minor": 200_000,
    "partner_text": "Half of it came back.",
    "accepted_minor": None,
    "steps": [],
}


def test_the_partner_s_answer_is_shown_with_whose_claim_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _told(CLAIM, wants_json=False)
    shown = capsys.readouterr().out
    assert "until 2026-12-01 10:00:00 UTC  aliexpress A-1 2 500.00 RUB" in shown
    assert "claimed by member 4a051996-378b-4a19-95b9-23de43c27a93" in shown
    assert "confirmed, 2 000.00 RUB were paid: Half of it came back." in shown


@pytest.mark.parametrize("state", ["accepted", "refused", "withdrawn", "settled"])
def test_a_decided_claim_has_no_deadline(state: str) -> None:
    assert "until" not in _line(CLAIM | {"state": state})


def test_what_was_accepted_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    _told(CLAIM | {"state": "accepted", "accepted_minor": 200_000}, wants_json=False)
    assert "accepted: 2 000.00 RUB" in capsys.readouterr().out
