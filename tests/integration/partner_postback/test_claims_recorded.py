"""Accepted claims: each recorded once, as any report, and never beside a report of the order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from services.partner_postback.work import claims as job
from tests.integration.partner_postback.claiming import Claims
from tests.integration.partner_postback.partner import CLERK, Desk, Partner


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of this test alone: the jobs take whatever waits."""
    return fresh_engine("partner_postback")


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


@pytest.fixture
def claims(desk: Desk) -> Claims:
    return Claims(desk)


def conversions(partner: Partner) -> list[dict[str, Any]]:
    listed = partner.read("/conversions").json
    assert listed
    return list(listed["data"])


def test_an_order_never_reported_becomes_a_conversion_once(
    claims: Claims, partner: Partner
) -> None:
    claim = claims.accepted(partner, accepted_minor=100_000)
    claims.hear(claim, again=True)
    claims.record()
    [conversion] = conversions(partner)
    assert (conversion["order_id"], conversion["action"]) == (claim["order_id"], "claim")
    assert (conversion["status"], conversion["paid_minor"]) == ("approved", 100_000)
    assert conversion["click_id"] == claim["click_id"]
    assert conversion["ordered_at"] == claim["ordered_at"]
    [receipt] = claims.receipts(claim)
    assert (receipt["verdict"], receipt["code"]) == ("accepted", "recorded")
    [said] = claims.desk.events()
    assert said["data"]["conversion_id"] == conversion["conversion_id"]


def test_an_order_that_was_reported_is_approved_as_it_is(claims: Claims, partner: Partner) -> None:
    report = partner.report()
    reported = partner.send(report).json
    assert reported
    claims.accepted(
        partner,
        accepted_minor=None,
        bonus_id=reported["conversion_id"],
        click_id=None,
        order_id=report["order_id"],
    )
    [conversion] = conversions(partner)
    assert conversion["conversion_id"] == reported["conversion_id"]
    assert (conversion["status"], conversion["paid_minor"]) == ("approved", 109_900)


def test_an_order_that_was_reported_after_it_was_claimed_is_approved_as_reported(
    claims: Claims, partner: Partner
) -> None:
    """INVARIANT: what a member claims is never paid where the store named a sum."""
    claim = claims.sent(partner, amount_minor=100_000_000)
    reported = partner.send(partner.report(order_id=claim["order_id"])).json
    assert reported
    claims.hear(claim | {"state": "accepted"})
    claims.record()
    [conversion] = conversions(partner)
    assert conversion["conversion_id"] == reported["conversion_id"]
    assert (conversion["status"], conversion["paid_minor"]) == ("approved", 109_900)


def test_the_partners_own_sum_counts_for_its_one_line(claims: Claims, partner: Partner) -> None:
    report = partner.report()
    reported = partner.send(report).json
    assert reported
    claims.accepted(
        partner,
        accepted_minor=90_000,
        bonus_id=reported["conversion_id"],
        click_id=None,
        order_id=None,
    )
    [conversion] = conversions(partner)
    assert (conversion["status"], conversion["paid_minor"]) == ("approved", 90_000)


def test_every_line_of_a_reported_order_is_approved(claims: Claims, partner: Partner) -> None:
    report = partner.report()
    first = partner.send(report).json
    assert first
    partner.send(report | {"line_id": "2"})
    claims.accepted(
        partner,
        accepted_minor=None,
        bonus_id=first["conversion_id"],
        click_id=None,
        order_id=report["order_id"],
    )
    assert [one["status"] for one in conversions(partner)] == ["approved", "approved"]


def test_a_report_that_comes_after_the_claim_waits_for_a_clerk(
    claims: Claims, partner: Partner
) -> None:
    """INVARIANT: an order counts once, whoever tells of it first."""
    claim = claims.accepted(partner)
    late = partner.send(partner.report(order_id=claim["order_id"])).json
    assert late
    assert (late["verdict"], late["code"]) == ("held", "claimed")
    assert len(conversions(partner)) == 1
    path = f"/held/{late['receipt_id']}/refuse"
    refused = partner.client.post(
        path, json={"clerk": "anna", "reason": "claimed before"}, headers=CLERK
    )
    assert refused.status_code == 200


def test_a_claim_of_another_members_order_waits_for_a_clerk(
    claims: Claims, partner: Partner
) -> None:
    report = partner.report()
    partner.send(report)
    claim = claims.accepted(partner, order_id=report["order_id"], member_id=str(uuid4()))
    [receipt] = claims.receipts(claim)
    assert (receipt["verdict"], receipt["code"]) == ("held", "claimed")
    assert [one["status"] for one in conversions(partner)] == ["reported"]


def test_a_claim_waits_until_somebody_reports_for_its_store(claims: Claims) -> None:
    claims.desk.store()
    stranger = claims.desk.partner("home-market")
    claim = claims.accepted(stranger)
    assert claims.receipts(claim) == []
    partner = claims.desk.partner()
    claims.record()
    assert [one["order_id"] for one in conversions(partner)] == [claim["order_id"]]


def test_a_held_claim_is_read_again_as_any_report(claims: Claims, partner: Partner) -> None:
    claims.desk.store(status="paused")
    claim = claims.accepted(partner)
    [receipt] = claims.receipts(claim)
    assert (receipt["verdict"], receipt["code"]) == ("held", "store_paused")
    path = f"/held/{receipt['receipt_id']}/release"
    released = partner.client.post(
        path, json={"clerk": "anna", "reason": "paused later"}, headers=CLERK
    ).json
    assert released
    assert released["verdict"] == "accepted"
    assert len(conversions(partner)) == 1
    claims.record()
    assert len(claims.receipts(claim)) == 1


def test_jobs_at_once_record_each_claim_once(claims: Claims, partner: Partner) -> None:
    accepted = []
    for _ in range(20):
        claim = claims.sent(partner)
        claim |= {"state": "accepted", "accepted_minor": 50_000}
        claims.hear(claim)
        accepted.append(claim)
    with ThreadPoolExecutor(4) as jobs:
        for done in [jobs.submit(claims.record) for _ in range(4)]:
            done.result()
    assert len(conversions(partner)) == len(accepted)
    assert {len(claims.receipts(one)) for one in accepted} == {1}


def test_what_cannot_be_recorded_keeps_no_other_waiting(
    claims: Claims, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = claims.sent(partner) | {"state": "accepted", "accepted_minor": 1}
    second = claims.sent(partner) | {"state": "accepted", "accepted_minor": 2}
    claims.hear(first)
    claims.hear(second)
    real = job.arrival_of

    def breaks(claim: Any, *more: Any) -> Any:
        if claim.accepted_minor == 1:
            message = "a fault of ours"
            raise RuntimeError(message)
        return real(claim, *more)

    monkeypatch.setattr(job, "arrival_of", breaks)
    claims.record()
    assert [one["paid_minor"] for one in conversions(partner)] == [2]
    assert claims.receipts(first) == []
