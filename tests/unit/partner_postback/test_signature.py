"""Standard Webhooks signatures, with the reference library as the independent peer."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from services.partner_postback.formats.signature import (
    Forged,
    new_secret,
    sign,
    verify,
)

NOW = datetime.now(UTC).replace(microsecond=0)
SECRET, OTHER = new_secret(), new_secret()
BODY = b'{"order_id": "A-1"}'


def headers(secret: str = SECRET, at: datetime = NOW, body: bytes = BODY) -> dict[str, str]:
    timestamp = int(at.timestamp())
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, "msg_1", timestamp, body),
    }


def test_what_we_sign_the_reference_library_accepts() -> None:
    # The library looks at the clock itself, which a long run of tests moves on.
    sent = headers(at=datetime.now(UTC))
    assert Webhook(SECRET).verify(BODY, sent) == {"order_id": "A-1"}


def test_what_the_reference_library_signs_we_accept() -> None:
    sent = headers() | {"webhook-signature": Webhook(SECRET).sign("msg_1", NOW, BODY.decode())}
    assert verify(sent, BODY, [SECRET], NOW) == "msg_1"


def test_two_secrets_are_accepted_while_they_rotate() -> None:
    assert verify(headers(OTHER), BODY, [SECRET, OTHER], NOW) == "msg_1"


def test_one_of_several_signatures_is_enough() -> None:
    sent = headers()
    sent["webhook-signature"] = f"v1,AAAA v1a,xyz {sent['webhook-signature']}"
    assert verify(sent, BODY, [SECRET], NOW) == "msg_1"


@pytest.mark.parametrize("seconds", [-301, 301, 10_000])
def test_a_replay_outside_the_window_is_forged(seconds: int) -> None:
    with pytest.raises(Forged) as forged:
        verify(headers(at=NOW + timedelta(seconds=seconds)), BODY, [SECRET], NOW)
    assert forged.value.code == "timestamp_outside_window"


@pytest.mark.parametrize("seconds", [-299, 299])
def test_clocks_may_differ_by_almost_five_minutes(seconds: int) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert verify(headers(at=at), BODY, [SECRET], NOW) == "msg_1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"webhook-id": ""}, "webhook_id_missing"),
        ({"webhook-id": "msg_2"}, "signature_wrong"),
        ({"webhook-timestamp": "soon"}, "timestamp_malformed"),
        ({"webhook-timestamp": "1" * 40}, "timestamp_malformed"),
        ({"webhook-timestamp": "-5"}, "timestamp_malformed"),
        ({"webhook-timestamp": "٣"}, "timestamp_malformed"),
        ({"webhook-signature": ""}, "signature_wrong"),
        ({"webhook-signature": "v1"}, "signature_wrong"),
        ({"webhook-signature": "v1,not base64!"}, "signature_wrong"),
        ({"webhook-signature": "v1,é  v1,ÿ"}, "signature_wrong"),
    ],
)
def test_headers_that_are_wrong_are_forged(change: dict[str, str], code: str) -> None:
    with pytest.raises(Forged) as forged:
        verify(headers() | change, BODY, [SECRET], NOW)
    assert forged.value.code == code


def test_another_body_or_no_known_secret_is_forged() -> None:
    for body, known in ((BODY + b" ", [SECRET]), (BODY, [OTHER]), (BODY, [])):
        with pytest.raises(Forged):
            verify(headers(), body, known, NOW)


@given(st.text(), st.text(), st.text(), st.binary())
def test_no_header_and_no_body_ever_does_worse_than_forged(
    webhook_id: str, timestamp: str, signature: str, body: bytes
) -> None:
    sent = {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }
    with pytest.raises(Forged):
        verify(sent, body, [SECRET], NOW)
