"""Each network's documented sample, with a click id of ours in its place."""

import json
from typing import Any

from services.partner_postback.formats.request import RawRequest, Source
from tests.unit.partner_postback.requests import by_get, by_json, by_post, record

CLICK = "c" * 64
# What each network sends of its own accord, as parameters.
PUSHED: dict[str, dict[str, Any]] = {
    "admitad": {
        "token": "pk_secret",
        "subid": CLICK,
        "action_id": "31415926",
        "order_id": "123456",
        "order_sum": "2.65",
        "currency": "USD",
        "status": "pending",
        "time": "1795434000",
        "type": "sale",
        "offer_id": "1234",
        "payment_sum": "0.20",
    },
    "admitad-store": {
        "campaign_code": "your_campaign_code",
        "postback": "1",
        "postback_key": "pk_secret",
        "action_code": "1",
        "uid": CLICK,
        "order_id": "123456",
        "tariff_code": "1",
        "currency_code": "USD",
        "price": "20000",
        "quantity": "2",
        "position_id": "1",
        "position_count": "3",
        "product_id": "11",
        "client_id": "",
        "payment_type": "sale",
    },
    "awin": {
        "transactionId": "105956531",
        "transactionDate": "2013-06-13 12:05:00",
        "transactionCurrency": "GBP",
        "transactionAmount": "26.09",
        "affiliateId": "45628",
        "merchantId": "1001",
        "groupId": "0",
        "bannerId": "0",
        "clickRef": CLICK,
        "clickThroughTime": "2013-06-13 11:50:00",
        "clickTime": "2013-06-13 11:49:00",
        "ip": "192.0.2.7",
        "commission": "1.64",
        "url": "http://example.com",
        "phrase": "",
        "searchEngine": "",
        "commissionGroups": [{"id": "5", "name": "Default", "code": "DEFAULT", "description": ""}],
        "products": [{"productName": "Socks", "unitPrice": "26.09", "quantity": "1"}],
    },
    "impact": {
        "token": "pk_secret",
        "campaign_id": "1000",
        "action_id": "1000.4567.123456",
        "status": "PENDING",
        "status_detail": "",
        "sub_id1": CLICK,
        "payout": "5.00",
        "amount": "100.00",
        "delta_amount": "100.00",
        "currency": "USD",
        "event_date": "2026-11-23T04:06:32-07:00",
    },
    "rakuten": {
        "token": "pk_secret",
        "is_event": "N",
        "etransaction_id": "E-1",
        "advertiser_id": "38000",
        "sid": "3000001",
        "order_id": "7001",
        "offer_id": "555",
        "sku_number": "SKU-1",
        "quantity": "2",
        "sale_amount": "40.00",
        "commissions": "2.00",
        "currency": "USD",
        "u1": CLICK,
        "transaction_date": "2026-11-23 10:00:00",
        "process_date": "2026-11-23 10:10:00",
        "transaction_type": "realtime",
        "product_name": "Socks",
    },
    "affise": {
        "secure": "pk_secret",
        "clickid": CLICK,
        "action_id": "ORD-1",
        "goal": "1",
        "sum": "19.90",
        "status": "2",
        "order_currency": "USD",
        "promo_code": "",
        "custom_field1": "x",
    },
    "affise-reach": {
        "secure": "pk_secret",
        "clickid": CLICK,
        "action_id": "ORD-1",
        "goal": "1",
        "sum": "19.90",
        "status": "2",
        "order_currency": "USD",
    },
    "tradedoubler": {
        "organization": "51",
        "event": "5",
        "orderNumber": "2831516",
        "orderValue": "599.90",
        "currency": "DKK",
        "tduid": CLICK,
        "voucher": "",
        "checksum": "v04-of-the-secret",
        "reportInfo": "",
    },
}
# What is read from a network, record by record, or comes in a file.
READ: dict[str, dict[str, Any]] = {
    "admitad-statistics": {
        "status": "pending",
        "comment": None,
        "conversion_time": 135,
        "advcampaign_id": 6,
        "cart": 12.5,
        "subid": CLICK,
        "subid1": None,
        "currency": "USD",
        "action_date": "2011-02-22 19:54:34",
        "click_date": "2011-02-22 19:52:19",
        "action": "action name",
        "payment": 7,
        "order_id": "123456",
        "action_id": 31415926,
        "action_type": "sale",
        "status_updated": None,
    },
    "awin-transactions": {
        "id": 105956531,
        "commissionStatus": "pending",
        "commissionAmount": {"amount": 1.64, "currency": "GBP"},
        "saleAmount": {"amount": 26.09, "currency": "GBP"},
        "clickRefs": {"clickRef": CLICK, "clickRef2": "x"},
        "clickDate": "2013-06-13T11:49:00",
        "transactionDate": "2013-06-13T12:05:00",
        "validationDate": None,
        "declineReason": None,
        "amended": False,
        "amendReason": None,
        "oldSaleAmount": None,
        "oldCommissionAmount": None,
        "orderRef": "111222333444",
        "lapseTime": 960,
        "paidToPublisher": False,
        "transactionParts": [{"commissionGroupId": 5, "commissionGroupCode": "DEFAULT"}],
        "basketProducts": [],
    },
    "cj": {
        "commissionId": "2292067663",
        "originalActionId": "2292067663",
        "original": True,
        "actionStatus": "new",
        "validationStatus": "PENDING",
        "correctionReason": None,
        "eventDate": "2018-05-03T22:31:48Z",
        "postingDate": "2018-05-03T22:31:48Z",
        "saleAmountUsd": "77.814",
        "pubCommissionAmountUsd": "7.781",
        "shopperId": CLICK,
        "items": [{"quantity": 1, "perItemSaleAmountPubCurrency": "75.474"}],
    },
    "impact-actions": {
        "Id": "1000.4567.123456",
        "CampaignId": "1000",
        "State": "PENDING",
        "Payout": "5.00",
        "Amount": "100.00",
        "Currency": "USD",
        "EventDate": "2026-11-23T04:06:32-07:00",
        "LockingDate": "2027-01-01T00:00:00-07:00",
        "SubId1": CLICK,
    },
    "admitad-revision": {
        "OrderID": "123456",
        "OrderAmount": "1000",
        "Reward": "100",
        "Status": "1",
    },
    "csv": {
        "order_id": "A-1001",
        "line_id": "1",
        "action": "sale",
        "status": "approved",
        "status_at": "2026-11-21T09:00:00Z",
    },
}
_FILES = ("admitad-revision", "csv")


def sample(name: str, **changes: Any) -> RawRequest:
    """The sample of a network as it comes in, with changes; None leaves a field out."""
    sent = {**PUSHED, **READ}[name] | changes
    sent = {field: value for field, value in sent.items() if value is not None}
    if name in READ:
        return record(name, sent, Source.FILE if name in _FILES else Source.PULL)
    if name == "awin":
        pushed = {"AwinTransactionPush": json.dumps(sent)}
        return by_post(name, pushed, query=b"token=pk_secret")
    return by_get(name, sent)


def impact_by_json(**changes: Any) -> RawRequest:
    """Impact's sample as a JSON body, with the goods of the documented one."""
    sent = {name: value for name, value in PUSHED["impact"].items() if name != "token"}
    items = [{"sku": "S-1", "qty": 1, "amt": "100.00"}]
    return by_json("impact", {**sent, "items": items, **changes})
