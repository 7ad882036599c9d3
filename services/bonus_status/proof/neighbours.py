"""What partner_postback and payout know of a bonus, asked over their HTTP APIs as a service.

A neighbour that does not answer makes its part of the proof `{"unavailable": why}`: the rest is
still worth having, and the proof says openly what it lacks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.http_client import CallFailed, HttpClient

READ_SECONDS = 2.0
_OPERATOR_SAYS = ("state", "operator_reference", "completed_at")


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The services to ask."""

    partner_postback: HttpClient
    payout: HttpClient

    def purchase(self, conversion_id: str) -> Mapping[str, Any]:
        """Answer what the partner reported, each receipt with the hash of its raw bytes."""
        return _ask(self.partner_postback, f"/conversions/{conversion_id}/evidence")

    def top_up(self, payout_id: str) -> Mapping[str, Any]:
        """Answer what the operator did, under which reference of its own."""
        found = _ask(self.payout, f"/payouts/{payout_id}")
        return found if "unavailable" in found else {name: found[name] for name in _OPERATOR_SAYS}


def connect(partner_postback_url: str, payout_url: str, service_key: str) -> Neighbours:
    """Answer the neighbours at these addresses."""
    first, second = (
        HttpClient(url, bearer=service_key, read_seconds=READ_SECONDS)
        for url in (partner_postback_url, payout_url)
    )
    return Neighbours(first, second)


def _ask(client: HttpClient, path: str) -> Mapping[str, Any]:
    try:
        # Once: somebody waits for the page, and may ask again.
        answer = client.call("GET", path)
        told: Mapping[str, Any] = answer.json()
    except (CallFailed, ValueError):
        return {"unavailable": "no_answer"}
    return told if answer.ok else {"unavailable": str(told.get("code", answer.status_code))}
