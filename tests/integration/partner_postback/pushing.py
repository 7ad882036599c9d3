"""Pushes in the ways of the networks, through the real app, with what its clock says now."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from services.partner_postback.partners import checksum
from tests.integration.partner_postback.partner import CLERK, Desk, Partner
from tests.unit.partner_postback.networks.samples import PUSHED

# The parameters of each network that carry our click id, its key and its moments.
CLICKS = {
    "admitad": "subid",
    "admitad-store": "uid",
    "awin": "clickRef",
    "impact": "sub_id1",
    "rakuten": "u1",
    "affise": "clickid",
    "affise-reach": "clickid",
    "tradedoubler": "tduid",
}
KEYS = {"admitad-store": "postback_key", "affise": "secure", "affise-reach": "secure"}
MOMENTS = {
    "admitad": {"time": "%s"},
    "awin": {"transactionDate": "%Y-%m-%d %H:%M:%S"},
    "impact": {"event_date": "%Y-%m-%dT%H:%M:%SZ"},
    "rakuten": {"transaction_date": "%Y-%m-%d %H:%M:%S", "process_date": "%Y-%m-%d %H:%M:%S"},
}
# What a sender of this network hears in place of our own words.
FIXED = {"admitad-store": "OK", "rakuten": "OK"}


@dataclass
class Network:
    """A partner that speaks as one network."""

    desk: Desk
    partner: Partner
    name: str
    checksum_secret: str = ""

    def sample(self, **changes: Any) -> dict[str, Any]:
        """The network's sample of a minute ago, with a click of this store; None leaves out."""
        a_minute_ago = self.desk.clock() - timedelta(minutes=1)
        moments = MOMENTS.get(self.name, {})
        sent = {
            **{name: one for name, one in PUSHED[self.name].items() if isinstance(one, str)},
            **{name: _written(a_minute_ago, shape) for name, shape in moments.items()},
            CLICKS[self.name]: self.partner.click(hours=1),
            **changes,
        }
        if self.name == "tradedoubler":
            sent["checksum"] = (
                self.checksum(sent) if "checksum" not in changes else sent["checksum"]
            )
        elif self.name != "awin":
            sent.setdefault(KEYS.get(self.name, "token"), "")
            key = KEYS.get(self.name, "token")
            sent[key] = changes.get(key, self.partner.key)
        return {name: one for name, one in sent.items() if one is not None}

    def checksum(self, sent: dict[str, Any]) -> str:
        return checksum(self.checksum_secret, sent["orderNumber"], sent["orderValue"])

    def push(self, **changes: Any) -> TestResponse:
        """Send the sample as the network does."""
        path, sent = f"/postbacks/{self.partner.partner_id}/{self.name}", self.sample(**changes)
        if self.name == "awin":
            pushed = {"AwinTransactionPush": json.dumps(sent)}
            return self.desk.client.post(f"{path}?token={self.partner.key}", data=pushed)
        return self.desk.client.get(path, query_string=sent)

    def receipt(self) -> dict[str, Any]:
        """The newest receipt, whole, as the partner reads it."""
        newest = self.partner.read("/receipts", limit=1).json
        assert newest
        whole = self.partner.read(f"/receipts/{newest['data'][0]['receipt_id']}").json
        assert whole
        return dict(whole)

    def told(self, **changes: Any) -> tuple[str, str]:
        """Send, and answer verdict and code as the receipt has them."""
        self.push(**changes)
        self.desk.clock.move(timedelta(milliseconds=1))
        receipt = self.receipt()
        return receipt["verdict"], receipt["code"]


def speak(desk: Desk, name: str, **profile: Any) -> Network:
    """A partner of one network alone, whose store and exchange rates are known."""
    desk.store()
    for currency in ("USD", "GBP", "DKK"):
        desk.rate(currency, 90_000_000)
    partner = desk.partner(formats=[name], **profile)
    secret = ""
    if name == "tradedoubler":
        path = f"/partners/{partner.partner_id}/secrets"
        made = desk.client.post(path, json={"kind": "checksum"}, headers=CLERK).json
        assert made
        secret = made["secret"]
    return Network(desk, partner, name, secret)


def _written(moment: Any, shape: str) -> str:
    return str(int(moment.timestamp())) if shape == "%s" else moment.strftime(shape)
