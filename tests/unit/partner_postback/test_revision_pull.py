"""A store's XML revision file: read whole or not at all, and one payment at a time."""

import pytest

from services.partner_postback.domain.algebra import Says
from services.partner_postback.outside.faults import Fault
from services.partner_postback.pulls.networks import revision
from tests.unit.partner_postback.test_pagers import TARGET, at, messages

REVISION = """<?xml version="1.0" encoding="UTF-8"?>
<Payments xmlns="http://admitad.com/payments-revision">
  <Payment><OrderID>123456</OrderID><OrderAmount>1000</OrderAmount><Reward>100</Reward>
    <Status>1</Status></Payment>
  <Payment><OrderID>123457</OrderID><Status>2</Status><Comment>returned</Comment></Payment>
</Payments>"""


def test_a_revision_file_is_asked_for_and_read() -> None:
    asked = revision.ask(TARGET, at())
    assert (asked.url, asked.headers["Authorization"]) == (TARGET.base_url, "Basic dXM6b3Vycw==")
    confirmed, declined = messages(revision.PAGER, REVISION.encode())
    assert (confirmed.order_id, confirmed.says) == ("123456", Says.APPROVED)
    assert (declined.says, declined.reason) == (Says.DECLINED, "returned")
    assert revision.read(REVISION.encode(), at()).count == 2


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        REVISION[:-30].encode(),
        REVISION.replace("Payments", "payments").encode(),
        REVISION.replace("<Payment>", "<payment>").replace("</Payment>", "</payment>").encode(),
        b"<html><body/></html>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + REVISION.partition("?>")[2].encode(),
        REVISION.replace("<Status>1", "<a><b>1</b></a><Status>1").encode(),
        REVISION.replace("<Status>1", "<a/>" * 60 + "<Status>1").encode(),
        (REVISION.partition("<OrderID>")[0] + "<a>" * 200_000).encode(),
        REVISION.replace("123456", "1" * 300_000).encode(),
    ],
)
def test_a_revision_file_that_is_none_is_refused_whole(sent: bytes) -> None:
    """Nothing of it may be used: a cut file would confirm half of a day's orders."""
    with pytest.raises(Fault):
        revision.read(sent, at())


def test_a_field_that_stands_in_a_payment_twice_is_not_the_last_ones() -> None:
    twice = REVISION.replace("<Status>1</Status>", "<Status>1</Status><Status>2</Status>")
    first, _ = revision.read(twice.encode(), at()).records
    assert first.count(b'"Status"') == 2
