"""How each network is asked, and what its documented answers hold."""

import json
from datetime import UTC, datetime

import pytest

from services.partner_postback import formats
from services.partner_postback.domain.algebra import Basis, Message, Says
from services.partner_postback.formats import built_in
from services.partner_postback.formats.request import RECORD, RawRequest, Source
from services.partner_postback.outside.faults import Fault, FaultCode
from services.partner_postback.pulls.kinds import PAGERS
from services.partner_postback.pulls.networks import admitad, awin, cj, impact
from services.partner_postback.pulls.paging import Pager, Position, Target
from shared.money import Money

SINCE = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
UNTIL = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CREDENTIALS = {
    "token": "t0ken",
    "client_id": "us",
    "client_secret": "ours",
    "account_sid": "IRabc",
    "auth_token": "auth",
    "user": "us",
    "password": "ours",
}
TARGET = Target("https://network.test/", {"publisher_id": "45628"}, CREDENTIALS)


def at(step: int = 0, place: str | None = None) -> Position:
    return Position(SINCE, UNTIL, UNTIL, step, place)


def messages(pager: Pager, body: bytes, position: Position | None = None) -> list[Message]:
    """What the records of an answer say, read by the profile that the pager names."""
    spoken = built_in()[pager.profile]
    requests = [
        RawRequest(pager.profile, RECORD, b"", record, NOW, source=Source.PULL)
        for record in pager.read(body, position or at()).records
    ]
    return [formats.read(one, spoken) for one in requests]


def test_every_kind_has_a_profile_that_reads_it() -> None:
    assert {pager.profile for pager in PAGERS.values()} <= built_in().keys()


ADMITAD = {
    "results": [
        {
            "action_id": 716721, "order_id": "10248", "action_type": "sale", "status": "approved",
            "subid": "CLICK", "cart": 4500.5, "payment": 45.0, "currency": "USD",
            "action_date": "2011-02-22 19:54:34", "status_updated": "2011-03-01 10:00:00",
            "comment": None,
        },
    ],
    "_meta": {"count": 1204, "limit": 500, "offset": 500},
}  # fmt: skip


def test_admitad_is_asked_by_day_and_by_moment_of_status_in_its_own_time() -> None:
    by_day, by_status = admitad.ask(TARGET, at()), admitad.ask(TARGET, at(1, "500"))
    assert by_day.url == "https://network.test/statistics/actions/"
    assert by_day.headers == {"Authorization": "Bearer t0ken"}
    assert by_day.parameters == {
        "limit": "500", "offset": "0", "order_by": "date", "date_start": "24.11.2026",
    }  # fmt: skip
    assert by_status.parameters["status_updated_start"] == "24.11.2026 00:30:00"
    assert by_status.parameters["offset"] == "500"


def test_admitad_has_a_next_page_until_its_count_is_reached() -> None:
    body = json.dumps(ADMITAD).encode()
    assert admitad.read(body, at(0, "500")).following == "501"
    assert admitad.read(body, at(0, "1203")).following is None
    empty = json.dumps({"results": [], "_meta": {"count": 10**9}}).encode()
    assert admitad.read(empty, at(0, "500")).following is None
    uncounted = json.dumps({"results": ADMITAD["results"]}).encode()
    assert admitad.read(uncounted, at(0, "500")).following == "501"


def test_an_admitad_action_is_read() -> None:
    (message,) = messages(admitad.PAGER, json.dumps(ADMITAD).encode())
    assert (message.order_id, message.line_id, message.click_id) == ("10248", "716721", "CLICK")
    assert (message.says, message.amount) == (Says.APPROVED, Money(450_050, "USD"))
    assert message.ordered_at == datetime(2011, 2, 22, 16, 54, 34, tzinfo=UTC)


def test_admitad_gives_a_token_for_the_client_credentials() -> None:
    asked = admitad.sign_in(TARGET)
    assert (asked.method, asked.url) == ("POST", "https://network.test/token/")
    assert asked.headers["Authorization"] == "Basic dXM6b3Vycw=="
    assert asked.body == b"grant_type=client_credentials&client_id=us&scope=statistics"
    assert admitad.token(b'{"access_token": "abc", "expires_in": 604800}') == "abc"
    with pytest.raises(Fault):
        admitad.token(b'{"access_token": "a\\r\\nHost: elsewhere"}')


AWIN = [
    {
        "id": 259630312, "url": "http://www.publisher.com", "advertiserId": 7052,
        "publisherId": 189069, "commissionStatus": "approved",
        "commissionAmount": {"amount": 5.59, "currency": "GBP"},
        "saleAmount": {"amount": 55.96, "currency": "GBP"},
        "clickRefs": {"clickRef": "CLICK", "clickRef2": None},
        "transactionDate": "2017-02-20T22:04:00", "validationDate": "2017-03-01T10:00:00",
        "amended": False, "amendReason": None, "oldSaleAmount": None,
        "transactionParts": [{"commissionGroupId": 12345, "amount": 44.76,
                              "commissionGroupCode": "DEFAULT"}],
    },
]  # fmt: skip


def test_awin_is_asked_for_a_window_by_each_of_three_dates() -> None:
    asked = [awin.ask(TARGET, at(step)) for step in range(awin.PAGER.steps)]
    assert {one.url for one in asked} == {"https://network.test/publishers/45628/transactions/"}
    assert [one.parameters["dateType"] for one in asked] == [
        "transaction", "validation", "amendment",
    ]  # fmt: skip
    assert asked[0].parameters["startDate"] == "2026-11-23T21:30:00"
    assert asked[0].parameters["endDate"] == "2026-11-24T21:30:00"
    assert asked[0].parameters["timezone"] == "UTC"


def test_an_awin_transaction_is_read_and_is_the_last_page() -> None:
    body = json.dumps(AWIN).encode()
    (message,) = messages(awin.PAGER, body)
    assert (message.order_id, message.click_id) == ("259630312", "CLICK")
    assert (message.says, message.amount) == (Says.APPROVED, Money(5_596, "GBP"))
    assert awin.read(body, at()).following is None


CJ = {
    "data": {
        "publisherCommissions": {
            "count": 2, "payloadComplete": False, "maxCommissionId": "2735",
            "records": [
                {"commissionId": "2734", "originalActionId": "77", "original": True,
                 "actionStatus": "new", "validationStatus": "PENDING",
                 "eventDate": "2026-11-20T10:00:00Z", "postingDate": "2026-11-20T12:00:00Z",
                 "shopperId": "CLICK", "saleAmountUsd": "7.781", "correctionReason": None},
                {"commissionId": "2735", "originalActionId": "77", "original": False,
                 "actionStatus": "new", "validationStatus": "PENDING",
                 "eventDate": "2026-11-20T10:00:00Z", "postingDate": "2026-11-22T12:00:00Z",
                 "shopperId": "CLICK", "saleAmountUsd": "-2.00",
                 "correctionReason": "RETURNED_MERCHANDISE"},
            ],
        }
    }
}  # fmt: skip


def test_cj_is_asked_by_posting_and_by_locking_from_the_last_id_on() -> None:
    first, later = cj.ask(TARGET, at()), cj.ask(TARGET, at(1, '27"34'))
    assert (first.method, first.url) == ("POST", "https://network.test/query")
    query = json.loads(first.body or b"")["query"]
    assert 'forPublishers: ["45628"]' in query
    assert 'sincePostingDate: "2026-11-23T21:30:00Z"' in query
    assert 'beforePostingDate: "2026-11-24T21:30:00Z"' in query
    assert "sinceCommissionId" not in query
    query = json.loads(later.body or b"")["query"]
    assert 'sinceLockingDate: "2026-11-23T21:30:00Z"' in query
    assert 'sinceCommissionId: "27\\"34"' in query


def test_cj_goes_on_until_the_payload_is_complete() -> None:
    assert cj.read(json.dumps(CJ).encode(), at()).following == "2735"
    complete = json.dumps(CJ).replace('false, "maxC', 'true, "maxC')
    assert cj.read(complete.encode(), at()).following is None
    lost = json.dumps(CJ).replace('"maxCommissionId": "2735", ', "")
    with pytest.raises(Fault, match="cursor_stands_still"):
        cj.read(lost.encode(), at())


def test_a_correction_of_cj_is_a_change_of_its_original() -> None:
    original, correction = messages(cj.PAGER, json.dumps(CJ).encode())
    assert (original.says, original.amount) == (Says.REPORTED, Money(778, "USD"))
    assert (correction.order_id, correction.basis) == (original.order_id, Basis.LESS)
    assert correction.amount == Money(200, "USD")


def test_a_refused_query_of_cj_says_why() -> None:
    with pytest.raises(Fault, match="No access") as refused:
        cj.read(b'{"errors": [{"message": "No access to publisher"}], "data": null}', at())
    assert refused.value.code is FaultCode.REQUEST_REFUSED


IMPACT = {
    "@page": "1", "@numpages": "2", "@pagesize": "2000",
    "@nextpageuri": "/Mediapartners/IRabc/Actions?PageSize=2000&Page=2",
    "Actions": [
        {"Id": "1000.4567", "State": "APPROVED", "Amount": "59.90", "Currency": "EUR",
         "EventDate": "2026-11-01T08:09:10+01:00", "LockingDate": "2026-11-24T00:00:00+01:00",
         "SubId1": "CLICK", "Payout": "5.00"},
    ],
}  # fmt: skip


def test_impact_is_asked_by_locking_date_and_then_where_it_says() -> None:
    first = impact.ask(TARGET, at())
    assert first.url == "https://network.test/Mediapartners/IRabc/Actions"
    assert first.headers["Authorization"] == "Basic SVJhYmM6YXV0aA=="
    assert first.parameters["LockingDateStart"] == "2026-11-23T21:30:00Z"
    assert first.parameters["LockingDateEnd"] == "2026-11-24T21:30:00Z"
    following = impact.read(json.dumps(IMPACT).encode(), at()).following
    later = impact.ask(TARGET, at(place=following))
    assert later.url == "https://network.test/Mediapartners/IRabc/Actions?PageSize=2000&Page=2"


@pytest.mark.parametrize(
    "uri",
    ["https://elsewhere.test/Actions?Page=2", "//elsewhere.test/Actions?Page=2",
     "///elsewhere.test/Actions?Page=2", "http:////elsewhere.test/Actions?Page=2",
     "\\\\elsewhere.test/Actions?Page=2", "elsewhere.test/Actions?Page=2"],
)  # fmt: skip
def test_impact_cannot_send_us_elsewhere(uri: str) -> None:
    """INVARIANT: our credentials go where the clerk said, whatever an answer says."""
    following = impact.read(json.dumps({**IMPACT, "@nextpageuri": uri}).encode(), at()).following
    asked = impact.ask(TARGET, at(place=following))
    assert asked.url.startswith("https://network.test/")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Fault, match="unreadable"):
        impact.read(json.dumps({**IMPACT, "@nextpageuri": "http://[::1/x"}).encode(), at())


def test_an_impact_action_is_read() -> None:
    (message,) = messages(impact.PAGER, json.dumps(IMPACT).encode())
    assert (message.says, message.amount) == (Says.APPROVED, Money(5_990, "EUR"))
    last = json.dumps({**IMPACT, "@nextpageuri": ""}).encode()
    assert impact.read(last, at()).following is None


@pytest.mark.parametrize("pager", [admitad.PAGER, awin.PAGER, cj.PAGER, impact.PAGER])
@pytest.mark.parametrize(
    "body",
    [b"", b"<html/>", b"\xff\xfe", b"null", b"7", b'{"results": [', b"[" * 100_000, b"{}",
     b'{"results": {}}', b'{"Actions": [1, 2}', b'{"data": {"publisherCommissions": null}}'],
)  # fmt: skip
def test_an_answer_that_is_cut_or_another_thing_is_refused_whole(pager: Pager, body: bytes) -> None:
    with pytest.raises(Fault):
        pager.read(body, at())
