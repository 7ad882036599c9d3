"""Tradedoubler: its checksum is over the raw texts, and its values have a full stop."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.partner_postback.domain.algebra import Says
from services.partner_postback.formats import built_in
from services.partner_postback.formats.signature import Forged
from services.partner_postback.partners import checksum, prove_checksum
from services.partner_postback.store.partners import Partner, Secret
from shared.money import Money
from tests.unit.partner_postback.networks.samples import CLICK, sample
from tests.unit.partner_postback.requests import by_get, read, refusal

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OLD, NEW = "0123456789", "fedcba9876543210"
SECRETS = (
    Secret("checksum", OLD, NOW + timedelta(hours=1)),
    Secret("checksum", NEW, None),
    Secret("checksum", "ended", NOW - timedelta(hours=1)),
    Secret("signing", "whsec_x", None),
    Secret("key", "hash", None),
)
PARTNER = Partner("td-store", "Store", (), ("tradedoubler",), (), SECRETS)


def prove(secret: str, *, over: str = "599.90", now: datetime = NOW, **sent: Any) -> None:
    signed = {"checksum": checksum(secret, "2831516", over), **sent}
    prove_checksum(PARTNER, sample("tradedoubler", **signed), built_in()["tradedoubler"], now)


def test_the_documented_call_is_read() -> None:
    message = read(sample("tradedoubler"))
    assert (message.order_id, message.action, message.click_id) == ("2831516", "5", CLICK)
    assert (message.says, message.amount) == (Says.REPORTED, Money(59_990, "DKK"))
    assert message.ordered_on_arrival


def test_the_checksum_is_v04_and_the_md5_of_the_three_texts() -> None:
    expected = hashlib.md5(b"012345678928315165" + b"99.90").hexdigest()
    assert checksum(OLD, "2831516", "599.90") == f"v04{expected}"


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_two_secrets_are_valid_while_they_rotate(secret: str) -> None:
    prove(secret)


def test_an_ended_secret_and_those_of_another_kind_prove_nothing() -> None:
    for secret in ("ended", "whsec_x", "hash", ""):
        with pytest.raises(Forged):
            prove(secret)
    with pytest.raises(Forged):
        prove(OLD, now=NOW + timedelta(hours=2))


def test_599_9_is_not_599_90() -> None:
    """The value is signed as it was written: what it means is another question."""
    with pytest.raises(Forged) as forged:
        prove(NEW, over="599.9")
    assert forged.value.code == "checksum_wrong"
    prove(NEW, over="599.9", orderValue="599.9")


def test_the_value_is_signed_as_it_is_before_the_address_encodes_it() -> None:
    proof = checksum(NEW, "A 1", "599.90")
    query = f"orderNumber=A%201&orderValue=599%2E90&currency=DKK&event=5&checksum={proof}"
    raw = by_get("tradedoubler", query.encode())
    prove_checksum(PARTNER, raw, built_in()["tradedoubler"], NOW)
    assert read(raw).order_id == "A 1"


@pytest.mark.parametrize(
    "sent",
    [
        {"checksum": None},
        {"checksum": ""},
        {"checksum": "v04"},
        {"checksum": "é"},
        {"checksum": checksum(NEW, "2831516", "599.90").upper()},
        {"checksum": checksum(NEW, "2831516", "599.90").removeprefix("v04")},
        {"orderNumber": "2831517"},
        {"orderValue": "5999.0"},
        {"orderValue": None},
    ],
)
def test_what_does_not_fit_proves_nothing(sent: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        prove(NEW, **sent)


def test_a_parameter_sent_twice_and_nobody_prove_nothing() -> None:
    spoken = built_in()["tradedoubler"]
    raw = sample("tradedoubler", checksum=checksum(NEW, "2831516", "599.90"))
    with pytest.raises(Forged):
        prove_checksum(None, raw, spoken, NOW)
    twice = by_get("tradedoubler", raw.query + b"&orderValue=1")
    with pytest.raises(Forged):
        prove_checksum(PARTNER, twice, spoken, NOW)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"orderValue": "599,90"}, "invalid_amount", "orderValue"),
        ({"orderValue": "1 599.90"}, "invalid_amount", "orderValue"),
        ({"orderValue": "599.90 "}, "invalid_amount", "orderValue"),
        ({"orderNumber": ""}, "invalid_fields", "orderNumber"),
        ({"event": None}, "invalid_fields", "event"),
        ({"currency": None}, "invalid_fields", "currency"),
    ],
)
def test_a_call_that_is_wrong_names_its_parameter(
    change: dict[str, Any], code: str, field: str
) -> None:
    assert refusal(sample("tradedoubler", **change)) == (code, field)
