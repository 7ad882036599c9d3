"""Makes members and partners over the services' own APIs, for the demo and for tests."""

import json
import secrets
from typing import Any

import yaml

from deploy.demo.calls import send
from deploy.prepare import CATALOG_FILE
from deploy.target import Target
from shared.http_client import HttpClient

LANGUAGES = ("ru", "en", "uk")
# Rubles for one unit, times 10^6; a clerk or a bank's feed sets them.
RATES_MICRO = {"EUR": 98_250_000, "USD": 90_500_000}
FORMATS = ["signed", "form", "admitad", "admitad-store", "awin", "rakuten", "csv"]


def make_members(system: Target, count: int = 3) -> list[dict[str, str]]:
    """Register members with random numbers, and sign them in."""
    return [make_member(system, LANGUAGES[place % len(LANGUAGES)]) for place in range(count)]


def make_partners(system: Target) -> list[dict[str, Any]]:
    """Register each partner that runs stores of the catalog, with a key and a signing secret."""
    return [_make_partner(system, name, stores) for name, stores in _stores().items()]


def set_rates(system: Target) -> None:
    """Tell what foreign money is worth."""
    for currency, rate_micro in RATES_MICRO.items():
        body = {"rate_micro": rate_micro}
        send(system.clerk("partner_postback"), "PUT", f"/rates/{currency}", body)


def for_the_shop(partners: list[dict[str, Any]]) -> str:
    """Write the sandbox's list of partners: it plays their shops and signs with their secrets."""
    kept = [{name: one[name] for name in ("id", "key", "secret", "stores")} for one in partners]
    return json.dumps(kept, indent=2)


def make_member(system: Target, language: str, **standing: Any) -> dict[str, str]:
    """Register a member with a random number, and sign him in."""
    # +7 900 000 is given to no operator, and the sandbox's billing takes every number of it.
    phone = f"+7900{secrets.randbelow(9_000_000) + 1_000_000}"
    members = system.clerk("members")
    member = send(members, "POST", "/members", {"phone": phone, "language": language} | standing)
    session = send(members, "POST", f"/members/{member['member_id']}/sessions", {})
    return {
        "id": member["member_id"],
        "phone": phone,
        "cookie": session["cookie"],
    }


def _make_partner(system: Target, partner_id: str, stores: list[str]) -> dict[str, Any]:
    desk = system.clerk("partner_postback")
    body = {"name": partner_id, "stores": stores, "formats": FORMATS, "ip_allow_list": []}
    made = send(desk, "PUT", f"/partners/{partner_id}", body)
    # Secrets are shown once; of a partner that exists already we can only ask for new ones.
    key = made.get("key") or _new_secret(desk, partner_id, "key")
    secret = made.get("secret") or _new_secret(desk, partner_id, "signing")
    return {"id": partner_id, "key": key, "secret": secret, "stores": stores}


def _new_secret(desk: HttpClient, partner_id: str, kind: str) -> str:
    asked = {"kind": kind, "overlap_hours": 0}
    return str(send(desk, "POST", f"/partners/{partner_id}/secrets", asked)["secret"])


def _stores() -> dict[str, list[str]]:
    """Read in the catalog's file which partner runs which stores."""
    by_partner: dict[str, list[str]] = {}
    for store in yaml.safe_load(CATALOG_FILE.read_text(encoding="utf-8"))["stores"]:
        by_partner.setdefault(store["partner_id"], []).append(store["store_id"])
    return by_partner
