"""Who may do what: every route, asked by nobody, a partner, another one, a service and a clerk.

A route that is missing here fails the first test: whoever adds one says who may use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from services.partner_postback.verdicts import Verdict
from tests.integration.partner_postback.claiming import Claims
from tests.integration.partner_postback.partner import CLERK, SERVICE_KEY, Desk, Partner
from tests.integration.partner_postback.signing import signed_headers
from tests.integration.partner_postback.telling import listen
from tests.integration.partner_postback.uploads import FORMATS, Uploads

_CALLERS = ("nobody", "other", "service", "partner", "clerk")
_MAY = "may"


class Right(Enum):
    """What each caller is answered, in the order of _CALLERS; a partner's things are its own."""

    CLERK = (401, 401, 401, 401, _MAY)
    OWN_OR_CLERK = (401, 404, 401, _MAY, _MAY)
    READS_OWN = (401, 404, _MAY, _MAY, _MAY)
    LISTS_OWN = (401, "empty", _MAY, _MAY, _MAY)
    PROOF = (401, 401, 401, _MAY, 401)


@dataclass(frozen=True)
class Route:
    """A route as it is asked: its address is filled in with the partner's own things."""

    right: Right
    path: str
    sent: Mapping[str, Any] | None = None


_OF_PARTNER = "?partner_id={partner_id}"
_FORM = "?order_id=1&status=approved&status_at=2026-11-23T00:00:00Z"
_WEBHOOK = {"url": "https://partner.example/", "events": ["receipt.decided"]}
_ROUTES = {
    "POST /postbacks/<partner_id>": Route(Right.PROOF, "/postbacks/{partner_id}"),
    "GET /postbacks/<partner_id>/<format_name>": Route(
        Right.PROOF, "/postbacks/{partner_id}/form" + _FORM
    ),
    "POST /postbacks/<partner_id>/<format_name>": Route(
        Right.PROOF, "/postbacks/{partner_id}/form" + _FORM
    ),
    "POST /dry-run/<partner_id>": Route(Right.PROOF, "/dry-run/{partner_id}"),
    "GET /dry-run/<partner_id>/<format_name>": Route(
        Right.PROOF, "/dry-run/{partner_id}/form" + _FORM
    ),
    "POST /dry-run/<partner_id>/<format_name>": Route(
        Right.PROOF, "/dry-run/{partner_id}/form" + _FORM
    ),
    "GET /receipts": Route(Right.LISTS_OWN, "/receipts" + _OF_PARTNER),
    "GET /receipts/<uuid:receipt_id>": Route(Right.READS_OWN, "/receipts/{receipt_id}"),
    "GET /conversions": Route(Right.READS_OWN, "/conversions" + _OF_PARTNER),
    "GET /conversions/<uuid:conversion_id>": Route(Right.READS_OWN, "/conversions/{conversion_id}"),
    "GET /conversions/<uuid:conversion_id>/evidence": Route(
        Right.READS_OWN, "/conversions/{conversion_id}/evidence"
    ),
    "GET /claims": Route(Right.READS_OWN, "/claims" + _OF_PARTNER),
    "POST /claims/<uuid:claim_id>/answer": Route(
        Right.OWN_OR_CLERK, "/claims/{claim_id}/answer", {"answer": "confirmed"}
    ),
    "GET /match": Route(Right.READS_OWN, "/match" + _OF_PARTNER + "&from=2026-11-01&to=2026-12-01"),
    "GET /files": Route(Right.LISTS_OWN, "/files" + _OF_PARTNER),
    "POST /files": Route(Right.OWN_OR_CLERK, "/files" + _OF_PARTNER + "&profile=csv"),
    "GET /files/<uuid:file_id>": Route(Right.READS_OWN, "/files/{file_id}"),
    "GET /files/<uuid:file_id>/rows": Route(Right.READS_OWN, "/files/{file_id}/rows"),
    "POST /partners/<partner_id>/secrets": Route(
        Right.OWN_OR_CLERK, "/partners/{partner_id}/secrets", {"kind": "webhook"}
    ),
    "GET /partners/<partner_id>/secrets": Route(
        Right.OWN_OR_CLERK, "/partners/{partner_id}/secrets"
    ),
    "PUT /partners/<partner_id>/webhook": Route(
        Right.OWN_OR_CLERK, "/partners/{partner_id}/webhook", _WEBHOOK
    ),
    "GET /partners/<partner_id>/webhook": Route(
        Right.OWN_OR_CLERK, "/partners/{partner_id}/webhook"
    ),
    "DELETE /partners/<partner_id>/webhook": Route(
        Right.OWN_OR_CLERK, "/partners/{partner_id}/webhook"
    ),
    "GET /webhooks/deliveries": Route(Right.READS_OWN, "/webhooks/deliveries" + _OF_PARTNER),
    "POST /webhooks/deliveries/<delivery_id>/redeliver": Route(
        Right.OWN_OR_CLERK, "/webhooks/deliveries/{delivery_id}/redeliver"
    ),
    "PUT /partners/<partner_id>": Route(Right.CLERK, "/partners/{partner_id}", {"name": "Mall"}),
    "GET /partners/<partner_id>": Route(Right.CLERK, "/partners/{partner_id}"),
    "GET /partners": Route(Right.CLERK, "/partners"),
    "GET /journeys": Route(Right.CLERK, "/journeys?order_id=1"),
    "GET /profiles": Route(Right.CLERK, "/profiles"),
    "PUT /profiles/<name>": Route(Right.CLERK, "/profiles/own", {}),
    "GET /rates": Route(Right.CLERK, "/rates"),
    "PUT /rates/<currency>": Route(Right.CLERK, "/rates/EUR", {}),
    "POST /rates/import": Route(Right.CLERK, "/rates/import"),
    "GET /held": Route(Right.CLERK, "/held"),
    "POST /held/<uuid:receipt_id>/release": Route(
        Right.CLERK, "/held/{receipt_id}/release", {"clerk": "anna", "reason": "mine"}
    ),
    "POST /held/<uuid:receipt_id>/refuse": Route(
        Right.CLERK, "/held/{receipt_id}/refuse", {"clerk": "anna", "reason": "mine"}
    ),
    "GET /fraud-rules": Route(Right.CLERK, "/fraud-rules"),
    "GET /fraud-rules/<name>": Route(Right.CLERK, "/fraud-rules/none"),
    "PUT /fraud-rules/<name>": Route(Right.CLERK, "/fraud-rules/none", {"kind": "nonsense"}),
    "DELETE /fraud-rules/<name>": Route(Right.CLERK, "/fraud-rules/none"),
    "GET /pulls": Route(Right.CLERK, "/pulls"),
    "PUT /pulls/<partner_id>/<kind>": Route(Right.CLERK, "/pulls/{partner_id}/cj_commissions", {}),
    "GET /pulls/<partner_id>/<kind>": Route(Right.CLERK, "/pulls/{partner_id}/cj_commissions"),
    "DELETE /pulls/<partner_id>/<kind>": Route(Right.CLERK, "/pulls/{partner_id}/cj_commissions"),
    "POST /pulls/<partner_id>/<kind>/run": Route(
        Right.CLERK, "/pulls/{partner_id}/cj_commissions/run"
    ),
    "POST /pulls/<partner_id>/<kind>/pause": Route(
        Right.CLERK, "/pulls/{partner_id}/cj_commissions/pause"
    ),
    "POST /ops/events/republish": Route(Right.CLERK, "/ops/events/republish", {}),
    "GET /ops/events": Route(Right.CLERK, "/ops/events?topic=conversions"),
    "GET /ops/parked": Route(Right.CLERK, "/ops/parked"),
    "POST /ops/parked/<uuid:parked_id>/replay": Route(
        Right.CLERK, "/ops/parked/{parked_id}/replay"
    ),
    "POST /ops/parked/<uuid:parked_id>/discard": Route(
        Right.CLERK, "/ops/parked/{parked_id}/discard"
    ),
}
# Of what there is none, or none any more: the caller was let through to look.
_GONE = {"unknown_parked_message", "no_webhook", "unknown_rule", "unknown_pull"}
_FOR_PROBES = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/static/<path:filename>"}


def test_of_every_route_it_is_said_who_may_use_it(desk: Desk) -> None:
    rules = {
        f"{method} {rule.rule}"
        for rule in desk.client.application.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule not in _FOR_PROBES
    }
    assert rules == set(_ROUTES)


@pytest.mark.parametrize("name", _ROUTES)
def test_each_caller_may_what_the_matrix_says(desk: Desk, name: str) -> None:
    """INVARIANT: to another partner nothing of a partner's exists, whatever it asks for."""
    desk.store()
    partner, other = (desk.partner(one, formats=FORMATS) for one in ("global-mall", "home-market"))
    path = _ROUTES[name].path.format_map(_things_of(desk, partner))
    for caller, expected in zip(_CALLERS, _ROUTES[name].right.value, strict=True):
        who = {"partner": partner, "other": other}.get(caller)
        _check(_ask(desk.client, name, path, caller, who), expected, caller)


def _things_of(desk: Desk, partner: Partner) -> Mapping[str, str]:
    """A receipt, a conversion, a file and a delivery of the partner."""
    listen(partner, "https://partner.example/")
    sent = partner.send(partner.report()).json
    assert sent
    assert sent["verdict"] == Verdict.ACCEPTED
    told = partner.read("/webhooks/deliveries").json
    assert told
    return {
        "partner_id": partner.partner_id,
        "receipt_id": sent["receipt_id"],
        "conversion_id": sent["conversion_id"],
        "delivery_id": told["data"][0]["delivery_id"],
        "file_id": Uploads(desk, partner).taken_in(b"order_id,status,status_at\nA,approved,x\n"),
        "parked_id": str(uuid4()),
        "claim_id": Claims(desk).sent(partner)["claim_id"],
    }


def _headers(caller: str, who: Partner | None) -> dict[str, str]:
    if caller == "clerk":
        return dict(CLERK)
    key = {"service": SERVICE_KEY, "nobody": ""}.get(caller) if who is None else who.key
    return {"Authorization": f"Bearer {key}"} if key else {}


def _ask(
    client: FlaskClient, name: str, path: str, caller: str, who: Partner | None
) -> TestResponse:
    route, method, headers = _ROUTES[name], name.split(maxsplit=1)[0], _headers(caller, who)
    is_signed = route.right is Right.PROOF and "/form" not in path
    if is_signed and who is not None:
        raw, signed = signed_headers(who.secret, who.clock, who.report())
        return client.open(path, method=method, data=raw, headers={**headers, **signed})
    if path.startswith("/files?") and method == "POST":
        text = {"Content-Type": "text/csv"}
        return client.open(path, method=method, data=b"x", headers={**headers, **text})
    return client.open(path, method=method, json=route.sent, headers=headers)


def _check(answer: TestResponse, expected: int | str, caller: str) -> None:
    status = answer.status_code
    if expected == "empty":
        assert answer.json
        assert (status, answer.json["data"]) == (200, []), caller
    elif expected == _MAY:
        # Whether it was right otherwise, other tests ask; here nobody was turned away.
        is_gone = status == 404 and answer.json and answer.json["code"] in _GONE
        assert status not in {401, 403, 404, 405, 500} or is_gone, (caller, answer.text)
    else:
        assert status == expected, (caller, answer.text)
