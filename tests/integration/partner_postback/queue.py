"""The held queue as a clerk works it: what is tried again, released, refused."""

from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from services.partner_postback.click_id import ClickIds
from services.partner_postback.partners import Directory
from services.partner_postback.work.held import HeldRetry
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk, Partner


def sum_of(rubles: int) -> dict[str, Any]:
    return {"amount_minor": rubles * 100, "currency": "RUB"}


def retry(desk: Desk) -> int:
    """Try what is due until nothing is; answers how many were."""
    desk.clock.move(timedelta(minutes=2))
    started_at = desk.clock() - timedelta(days=1)
    directory = Directory(desk.engine)
    again = HeldRetry(desk.engine, directory, ClickIds([CLICK_KEY]), desk.clock, started_at)
    tried = 0
    while due := again.retry_once():
        tried += due
        desk.clock.move(timedelta(minutes=2))
    return tried


def told(partner: Partner, body: dict[str, Any]) -> tuple[str, str]:
    said = partner.send(body).json
    assert said
    return said["verdict"], said["code"]


def held(partner: Partner, body: dict[str, Any], code: str) -> str:
    said = partner.send(body).json
    assert said
    assert (said["verdict"], said["code"]) == ("held", code), said
    return str(said["receipt_id"])


def verdict(partner: Partner, receipt_id: str) -> tuple[str, str]:
    receipt = partner.read(f"/receipts/{receipt_id}").json
    assert receipt
    return receipt["verdict"], receipt["code"]


def decide(desk: Desk, receipt_id: str, how: str, reason: str = "looked at it") -> TestResponse:
    path = f"/held/{receipt_id}/{how}"
    return desk.client.post(path, json={"clerk": "anna", "reason": reason}, headers=CLERK)


def waiting(desk: Desk, **asked: object) -> list[dict[str, Any]]:
    answer = desk.client.get("/held", query_string=asked, headers=CLERK).json
    assert answer
    found: list[dict[str, Any]] = answer["data"]
    return found
