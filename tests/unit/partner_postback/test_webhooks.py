"""Which addresses are public, when a failed try comes again, and what partners are told of."""

from datetime import timedelta
from ipaddress import ip_address
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.partner_postback.formats.request import RawRequest, Source
from services.partner_postback.verdicts import Arrival, Outcome, Verdict
from services.partner_postback.webhooks import news
from services.partner_postback.webhooks.addresses import is_public
from services.partner_postback.webhooks.endpoint import EventType, WrongUrl, check_url
from services.partner_postback.webhooks.schedule import pause_after
from tests.unit.partner_postback.messages import says
from tests.unit.partner_postback.requests import RECEIVED_AT

_PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.8.9.1", "169.254.169.254", "172.16.0.1",
    "192.0.2.1", "192.168.1.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
    "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::7f00:1",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:808:808::", "2001::1", "100::1",
]  # fmt: skip


@pytest.mark.parametrize("address", _PRIVATE)
def test_an_address_of_no_public_network_is_not_called(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2a00:1450:4001::1", "2606::1"])
def test_an_address_of_the_internet_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", _PRIVATE)
def test_no_such_address_can_be_set(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(WrongUrl):
        check_url(f"https://{host}/", to_private=False)


@pytest.mark.parametrize(
    "url",
    ["http://partner.example/", "https://localhost/", "https://a.localhost/", "https://db.internal/",
     "https://printer.local:8443/"],
)  # fmt: skip
def test_what_is_surely_ours_or_not_https_cannot_be_set(url: str) -> None:
    with pytest.raises(WrongUrl):
        check_url(url, to_private=False)


@pytest.mark.parametrize("url", ["https://partner.example", "https://8.8.8.8:8443/told?key=a%20b"])
def test_a_public_https_address_can_be_set(url: str) -> None:
    assert check_url(url, to_private=False).scheme == "https"


@given(chances=st.lists(st.floats(0, 1), min_size=8, max_size=8))
def test_eight_tries_take_most_of_a_day_and_no_more(chances: list[float]) -> None:
    pauses = [pause_after(attempts, chances.pop) for attempts in range(1, 9)]
    assert pauses[-1] is None
    known = [one for one in pauses if one is not None]
    assert len(known) == 7
    assert timedelta(seconds=4) <= known[0] <= timedelta(seconds=5)
    assert timedelta(hours=18) < sum(known, timedelta()) < timedelta(hours=24)


def _tried(source: Source, verdict: Verdict) -> tuple[Arrival, Outcome]:
    request = RawRequest("signed", "POST", b"", b"", RECEIVED_AT, source=source)
    arrival = Arrival(uuid4(), "mall", request, says("reported"))
    return arrival, Outcome(arrival.receipt_id, verdict, "recorded", "")


def test_of_what_was_held_only_decided_requests_are_told() -> None:
    """A file's report tells of each row; a pulled record's receipt the partner never got."""
    decided = [_tried(source, verdict) for source in Source for verdict in Verdict]
    told = list(news.of_changes({"mall": list(EventType)}, [], decided, RECEIVED_AT))
    assert {one.payload["data"]["verdict"] for one in told} == {"accepted", "duplicate", "refused"}
    pushed = {str(one.receipt_id) for one, _ in decided if one.request.source is Source.PUSH}
    assert {one.payload["data"]["receipt_id"] for one in told} <= pushed


@pytest.mark.parametrize(
    "listeners", [{}, {"mall": ["conversion.changed"]}, {"other": list(EventType)}]
)
def test_who_did_not_ask_for_it_is_told_nothing(listeners: dict[str, list[str]]) -> None:
    decided = [_tried(Source.PUSH, Verdict.ACCEPTED)]
    assert list(news.of_changes(listeners, [], decided, RECEIVED_AT)) == []
