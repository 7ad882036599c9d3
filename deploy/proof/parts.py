"""The parts of a proof, each computed again from what the file says; raises Broken."""

import json
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from math import prod
from typing import Any

from shared.chain import link_hash
from shared.money import minor_units, round_down

Proof = Mapping[str, Any]
_MICRO, _BASIS_POINTS = 1_000_000, 10_000
_TOLD = ("status", "available", "reason")
_PAYERS = ("store_receivable", "operator_margin")


class Broken(Exception):
    """A part does not hold; the message says why."""


def need(holds: object, why: str) -> None:
    """Go on when it holds; raises Broken."""
    if not holds:
        raise Broken(why)


def chain(proof: Proof) -> str:
    """Follow the chain over every event of the excerpt: their hashes, and those it may show."""
    told = proof["chain"]
    links = told["links"]
    need(links, "It has no link.")
    versions = [one["version"] for one in links]
    first = versions[0]
    need(versions == list(range(first, first + len(versions))), "An event is missing or twice.")
    need(first > 1 or told["begins"] == "00" * 32, "It does not begin at the beginning.")
    end = bytes.fromhex(told["begins"])
    for one in links:
        if "message" in one:
            own = sha256(one["message"].encode()).hexdigest()
            need(own == one["event_hash"], f"Event {one['version']} was changed.")
        end = link_hash(end, bytes.fromhex(one["event_hash"]))
    need(end.hex() == told["ends"], "It ends with another hash than it says.")
    return f"events {first} to {versions[-1]} of the member, each linked to the one before"


def changes(proof: Proof) -> str:
    """Compare each change with the event that told it, and the last one with the bonus."""
    events = [json.loads(one["message"]) for one in proof["chain"]["links"] if "message" in one]
    told, bonus = proof["changes"], proof["bonus"]
    need(told and len(told) == len(events), "There are more or fewer than events.")
    for one, event in zip(told, events, strict=True):
        data, where = event["data"], f"Change {one['version']}"
        need(
            (data["bonus_id"], event["aggregate_id"]) == (bonus["bonus_id"], bonus["member_id"]),
            f"{where} is of another bonus or member.",
        )
        same = (one["version"], one["at"]) == (event["version"], event["occurred_at"])
        same &= all(one[name] == data[name] for name in _TOLD)
        same &= one["amount"] == data["amount"] - data.get("debit", 0)
        same &= one["cause"] == data.get("cause")
        need(same, f"{where} is not what its event said.")
    last = (told[-1]["status"], told[-1]["amount"], told[-1]["reason"])
    stands = (bonus["status"], bonus["amount"], bonus["reason"])
    need(last == stands, "The bonus is not as its last change left it.")
    return " → ".join(_runs([one["status"] for one in told]))


def click(proof: Proof) -> str:
    """Compare the click with the bonus, and with the record that was made of it."""
    told, bonus = proof["click"], proof["bonus"]
    if told is None:
        return "none: the bonus is of no purchase"
    for name in ("member_id", "store_id"):
        need(told[name] == bonus[name], f"Its {name} is not the bonus's.")
    recorded = told["recorded"]
    if recorded is not None:
        need(all(recorded[name] == told[name] for name in recorded), "Its record says otherwise.")
    return f"{told['clicked_at']} to {told['store_id']}"


def receipts(proof: Proof) -> str:
    """Look for the receipt of each change that a partner's message caused."""
    purchase = proof["purchase"]
    if purchase is None:
        return "none: the bonus is of no purchase"
    if "unavailable" in purchase:
        return f"unavailable when the proof was made ({purchase['unavailable']})"
    of = (purchase["conversion_id"], purchase["click_id"])
    need(
        of == (proof["bonus"]["conversion_id"], proof["click"]["click_id"]), "Of another purchase."
    )
    known = {one["receipt_id"] for one in purchase["receipts"]}
    causes = [one["cause"] for one in proof["changes"] if one["cause"]]
    wanted = {one["receipt_id"] for one in causes if one["receipt_id"]}
    # A payout's or a debt's change has none; one of a debt may name another purchase's receipt.
    first = causes[0]["receipt_id"] if causes else None
    need(first is None or first in known, "The receipt that opened the bonus is missing.")
    return f"{len(known)} with the hash of their raw bytes, {len(wanted & known)} named by changes"


def computation(proof: Proof) -> str:
    """Work the amount out again: paid x rate x basis points, rounded down once."""
    told, bonus = proof["computation"], proof["bonus"]
    need(told["points"] == bonus["amount"], "It comes to other points than the bonus has.")
    if "paid_minor" not in told:
        return f"{told['points']} points by rule {proof['rule']['rule_id']}"
    rates, rate = proof["terms"]["rates"], proof["terms"]["rate"]
    by_category = {one["category"]: one for one in rates}
    named = by_category.get(told["category"]) or by_category.get(None)
    need(named is None or named == rate, "The rate is not the one of its terms.")
    need(told["decimals"] == minor_units(told["currency"]), "The currency has other decimals.")
    need(_worth(told, rate) == told["points"], "The figures come to other points.")
    return str(told["in_words"])


def postings(proof: Proof) -> str:
    """Add the postings up: each by a cause that is told, all of them to zero and to the bonus."""
    bonus, net = proof["bonus"], Counter[str]()
    causes = {one["cause"]["event_id"] for one in proof["changes"] if one["cause"]}
    untold = any(one["cause"] is None for one in proof["changes"])
    for one in proof["postings"]:
        need(one["amount"] > 0, f"{one['fact']} moves nothing.")
        need(one["fact"].startswith(bonus["bonus_id"]), f"{one['fact']} is of another bonus.")
        need(untold or one["event_id"] in causes, f"{one['fact']} has a cause that is not told.")
        net[one["source"]] -= one["amount"]
        net[one["destination"]] += one["amount"]
    need(sum(net.values()) == 0, "They do not sum to zero.")
    status, amount = bonus["status"], bonus["amount"]
    expected = {
        "member_pending": amount if status == "pending" else 0,
        "member_reserved": bonus["reserved"],
        "written_off": bonus["written_off"],
    }
    for place, points in expected.items():
        need(net[place] == points, f"They leave {net[place]} points in {place}, not {points}.")
    paid = -sum(net[place] for place in _PAYERS)
    need(paid == (0 if status == "rejected" else amount), f"The payer gave {paid} points.")
    return f"{len(proof['postings'])}, which sum to zero and to the bonus as it stands"


def payouts(proof: Proof) -> str:
    """Add up what each payout took."""
    bonus, took = proof["bonus"], Counter[str]()
    for one in proof["payouts"]:
        took[one["state"]] += one["amount"]
    for state in ("written_off", "reserved"):
        need(took[state] == bonus[state], f"They took {took[state]} points as {state}.")
    told = [_operator(one) for one in proof["payouts"] if one["state"] == "written_off"]
    return "; ".join(told) or "none"


def _operator(payout: Mapping[str, Any]) -> str:
    operator = payout["operator"]
    if "unavailable" in operator:
        return f"{payout['amount']} points, the operator's reference was unavailable"
    reference = operator["operator_reference"] or payout["kind"]
    return f"{payout['amount']} points in {payout['run_month']}, {reference}"


def _worth(told: Mapping[str, Any], rate: Mapping[str, Any]) -> int:
    if rate["excluded"] or told["paid_minor"] == 0:
        return 0
    if rate["kind"] == "flat":
        return int(rate["rubles"] or 0)
    figures = (told["paid_minor"], told["rate_micro"], rate["basis_points"] or 0)
    # A text times a large figure would fill the memory.
    need(all(isinstance(one, int) for one in figures), "Its figures are no whole numbers.")
    exact = prod(figures)
    return round_down(exact, 10 ** told["decimals"] * _MICRO * _BASIS_POINTS)


def _runs(statuses: list[str]) -> list[str]:
    before = [None, *statuses]
    return [one for one, last in zip(statuses, before, strict=False) if one != last]
