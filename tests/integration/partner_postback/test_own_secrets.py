"""A partner rotates its own key and signing secret, and sees until when the old ones are valid."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, Desk, Partner


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def rotate(partner: Partner, kind: str, **sent: Any) -> str:
    answer = partner.client.post(
        f"/partners/{partner.partner_id}/secrets",
        json={"kind": kind, **sent},
        headers={"Authorization": f"Bearer {partner.key}"},
    )
    assert answer.status_code == 201, answer.json
    assert answer.json
    return str(answer.json["secret"])


def valid(partner: Partner, kind: str) -> list[str | None]:
    """Until when each secret of a kind is valid, the newest first."""
    listed = partner.read(f"/partners/{partner.partner_id}/secrets").json
    assert listed
    return [one["valid_until"] for one in listed["data"] if one["kind"] == kind]


def test_a_rotated_key_leaves_the_old_one_a_day(desk: Desk, partner: Partner) -> None:
    renewed = replace(partner, key=rotate(partner, "key"))
    assert partner.read("/receipts").status_code == renewed.read("/receipts").status_code == 200
    assert valid(renewed, "key") == [None, rfc3339(desk.clock() + timedelta(days=1))]
    desk.clock.move(timedelta(days=1))
    assert partner.read("/receipts").status_code == 401
    assert renewed.read("/receipts").status_code == 200
    assert valid(renewed, "key") == [None]


def test_a_rotated_signing_secret_leaves_the_old_one_as_long_as_asked(
    desk: Desk, partner: Partner
) -> None:
    renewed = replace(partner, secret=rotate(partner, "signing", overlap_hours=2))
    for one in (partner, renewed):
        assert one.send(one.report()).status_code == 200
    desk.clock.move(timedelta(hours=2))
    assert partner.send(partner.report()).status_code == 401
    assert renewed.send(renewed.report()).status_code == 200


def test_without_a_body_the_signing_secret_is_renewed(desk: Desk, partner: Partner) -> None:
    path = f"/partners/{partner.partner_id}/secrets"
    bearer = {"Authorization": f"Bearer {partner.key}"}
    answer = partner.client.post(path, headers=bearer)
    assert answer.json
    assert (answer.status_code, answer.json["kind"]) == (201, "signing")
    assert valid(partner, "signing") == [None, rfc3339(desk.clock() + timedelta(days=1))]


def test_no_value_is_ever_listed(desk: Desk, partner: Partner) -> None:
    secrets = [rotate(partner, kind) for kind in ("key", "signing")]
    path = f"/partners/{partner.partner_id}/secrets"
    for shown in (partner.read(path).text, desk.client.get(path, headers=CLERK).text):
        assert not [one for one in (*secrets, partner.key, partner.secret) if one in shown]


def test_another_partners_secrets_do_not_exist(desk: Desk, partner: Partner) -> None:
    other = desk.partner("home-market")
    path = f"/partners/{partner.partner_id}/secrets"
    bearer = {"Authorization": f"Bearer {other.key}"}
    for answer in (other.read(path), other.client.post(path, json={}, headers=bearer)):
        assert answer.json
        assert (answer.status_code, answer.json["code"]) == (404, "unknown_partner")
    assert valid(partner, "signing") == [None]
