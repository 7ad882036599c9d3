"""Who may send, and who may read what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from tests.integration.partner_postback.partner import CLERK, SERVICE_KEY, Desk, Partner


@pytest.fixture
def partner(desk: Desk) -> Partner:
    desk.store()
    return desk.partner()


def rotate(desk: Desk, kind: str, overlap_hours: int = 24) -> str:
    sent = {"kind": kind, "overlap_hours": overlap_hours}
    answer = desk.client.post(
        f"/partners/{desk.id_of('global-mall')}/secrets", json=sent, headers=CLERK
    )
    assert answer.status_code == 201, answer.json
    assert answer.json
    return str(answer.json["secret"])


def test_a_partner_reads_its_own_receipts_and_nobody_elses(desk: Desk, partner: Partner) -> None:
    other = desk.partner("home-market")
    sent = partner.send(partner.report()).json
    assert sent
    paths = (f"/receipts/{sent['receipt_id']}", f"/conversions/{sent['conversion_id']}")
    for path in paths:
        assert partner.read(path).status_code == 200
        assert other.read(path).status_code == 404
        assert desk.client.get(path, headers=CLERK).status_code == 200
        service = {"Authorization": f"Bearer {SERVICE_KEY}"}
        assert desk.client.get(path, headers=service).status_code == 200
        assert desk.client.get(path).status_code == 401
    assert other.read("/receipts").json == {"data": [], "next": None}
    assert other.read("/receipts", partner_id=partner.partner_id).json == {"data": [], "next": None}


def test_receipts_are_paged_newest_first(desk: Desk, partner: Partner) -> None:
    sent = []
    for _ in range(5):
        desk.clock.move(timedelta(seconds=1))
        answer = partner.send(partner.report()).json
        assert answer
        sent.append(answer["receipt_id"])
    read: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = partner.read("/receipts", limit=2, **after).json
        assert page
        read += [one["receipt_id"] for one in page["data"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert read == sent[::-1]
    refused = partner.read("/receipts", verdict="refused").json
    assert refused == {"data": [], "next": None}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1&limit=2", "limit=x", "surprise=1", "after=7"]
)
def test_a_wrong_query_is_refused(partner: Partner, query: str) -> None:
    bearer = {"Authorization": f"Bearer {partner.key}"}
    answer = partner.client.get("/receipts", query_string=query, headers=bearer)
    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"


def test_no_such_receipt_is_a_404(partner: Partner) -> None:
    assert partner.read(f"/receipts/{uuid4()}").status_code == 404


def test_two_secrets_are_valid_while_they_rotate_and_then_one(desk: Desk, partner: Partner) -> None:
    renewed = replace(partner, secret=rotate(desk, "signing"))
    for one in (partner, renewed):
        assert one.send(one.report()).status_code == 200
    desk.clock.move(timedelta(hours=25))
    assert partner.send(partner.report()).status_code == 401
    assert renewed.send(renewed.report()).status_code == 200


def test_a_third_secret_ends_the_first_at_once(desk: Desk, partner: Partner) -> None:
    second = replace(partner, secret=rotate(desk, "signing"))
    desk.clock.move(timedelta(minutes=1))
    third = replace(partner, secret=rotate(desk, "signing"))
    statuses = [one.send(one.report()).status_code for one in (partner, second, third)]
    assert statuses == [401, 200, 200]


def test_a_key_rotates_too(desk: Desk, partner: Partner) -> None:
    renewed = replace(partner, key=rotate(desk, "key", overlap_hours=0))
    assert partner.read("/receipts").status_code == 401
    assert renewed.read("/receipts").status_code == 200


def test_a_sender_outside_the_ip_list_is_refused_on_record(desk: Desk) -> None:
    desk.store()
    partner = desk.partner(ip_allow_list=["192.0.2.0/24", "2001:db8::/32"])
    answer = partner.send(partner.report())
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (403, "ip_not_allowed")
    assert desk.count("receipts", "verdict = 'refused'") == 1
    assert desk.count("conversions") == 0


def test_a_sender_on_the_ip_list_passes(desk: Desk) -> None:
    desk.store()
    partner = desk.partner(ip_allow_list=["127.0.0.1"])
    assert partner.send(partner.report()).status_code == 200


def test_formats_that_sign_nothing_are_off_until_a_clerk_allows_them(desk: Desk) -> None:
    partner = desk.partner(formats=["signed"])
    answer = desk.client.get(
        f"/postbacks/{partner.partner_id}/form", query_string={"token": partner.key}
    )
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (403, "format_not_allowed")


@pytest.mark.parametrize(
    ("partner_id", "profile", "field"),
    [
        ("Global Mall", {"name": "x"}, "partner_id"),
        ("a--b", {"name": "x"}, "partner_id"),
        ("x", {}, "name"),
        ("x", {"name": "x", "surprise": 1}, "surprise"),
        ("x", {"name": "x", "formats": ["fax"]}, "formats"),
        ("x", {"name": "x", "ip_allow_list": ["300.1.1.1"]}, "ip_allow_list.0"),
        ("x", {"name": "x", "ip_allow_list": ["::1", "10.0.0.1/8"]}, "ip_allow_list.1"),
        ("x", {"name": "x", "ip_allow_list": ["fe80::1%eth0"]}, "ip_allow_list.0"),
        ("x", {"name": "x", "ip_allow_list": ["fe80::%eth0/64"]}, "ip_allow_list.0"),
        ("x", {"name": "x", "ip_allow_list": ["fe80::%25/64", "::1%"]}, "ip_allow_list.0"),
    ],
)
def test_a_wrong_profile_names_its_field(
    desk: Desk, partner_id: str, profile: dict[str, object], field: str
) -> None:
    answer = desk.client.put(f"/partners/{partner_id}", json=profile, headers=CLERK)
    assert answer.status_code == 422
    assert answer.json
    assert answer.json["errors"][0]["field"] == field


def test_only_clerks_sit_at_the_desk(desk: Desk, partner: Partner) -> None:
    for headers in ({}, {"Authorization": f"Bearer {partner.key}"}):
        for path in (f"/partners/{partner.partner_id}", "/rates/EUR"):
            answer = desk.client.put(path, json={}, headers=headers)
            assert answer.status_code == 401


def test_a_profile_never_shows_a_secret_again(desk: Desk, partner: Partner) -> None:
    shown = desk.client.get(f"/partners/{partner.partner_id}", headers=CLERK)
    assert partner.key not in shown.text
    assert partner.secret not in shown.text
    changed = desk.client.put(f"/partners/{partner.partner_id}", json={"name": "GM"}, headers=CLERK)
    assert changed.status_code == 200
    assert changed.json
    assert "key" not in changed.json


@pytest.mark.parametrize(
    ("currency", "sent", "field"),
    [
        ("RUB", {"rate_micro": 2}, "currency"),
        ("XYZ", {"rate_micro": 2}, "currency"),
        ("eur", {"rate_micro": 2}, "currency"),
        ("EUR", {"rate_micro": 0}, "rate_micro"),
        ("EUR", {"rate_micro": 10**12 + 1}, "rate_micro"),
    ],
)
def test_a_wrong_rate_names_its_field(
    desk: Desk, currency: str, sent: dict[str, int], field: str
) -> None:
    answer = desk.client.put(f"/rates/{currency}", json=sent, headers=CLERK)
    assert answer.status_code == 422
    assert answer.json
    assert answer.json["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/partners/%00/secrets"),
        ("GET", "/partners/%00"),
        ("PUT", "/partners/a%00"),
        ("PUT", "/rates/%00"),
        ("POST", "/postbacks/%00"),
        ("GET", "/postbacks/%00/form?token=x"),
    ],
)
def test_nothing_has_a_name_with_nul(desk: Desk, method: str, path: str) -> None:
    sent = {} if "partners" in path else {"rate_micro": 2}
    answer = desk.client.open(path, method=method, json=sent, headers=CLERK)
    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"


def test_the_auditor_reads_everything_but_secrets(
    desk: Desk, partner: Partner, service_url: Callable[[str], str]
) -> None:
    partner.send(partner.report())
    with psycopg.connect(service_url("auditor")) as auditor:
        receipts = auditor.execute("SELECT count(*) FROM partner_postback.receipts").fetchone()
        secrets = auditor.execute("SELECT value FROM partner_postback.partner_secrets").fetchall()
    assert receipts
    assert receipts[0] >= desk.count("receipts") == 1
    assert secrets == []
