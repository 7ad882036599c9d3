"""What a proof says of one bonus, as plain JSON types: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from services.bonus_status.domain import Bonus
from services.bonus_status.schemas import ClickView
from services.bonus_status.store.anchors import Anchor
from services.bonus_status.store.history import Told
from services.bonus_status.store.proof import Link, Posted, Share, Trail
from services.bonus_status.terms import in_words, rate_for
from shared.money import minor_units
from shared.schemas import rfc3339

FORMAT = "cashback-proof-1"
Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that a proof is made of; `purchase` and `payouts` as the neighbours answered."""

    told: Told
    trail: Trail
    purchase: Part
    click: ClickView | None
    payouts: Mapping[str, Part]
    anchor: Anchor | None


def document(gathered: Gathered, made_at: datetime) -> dict[str, Any]:
    """Answer the proof; it holds no float, and moments are RFC 3339 in UTC."""
    told, trail = gathered.told, gathered.trail
    return {
        "format": FORMAT,
        "made_at": rfc3339(made_at),
        "bonus": _bonus(told),
        "click": _click(told.bonus, gathered.purchase, gathered.click),
        "purchase": dict(gathered.purchase) if told.bonus.conversion_id else None,
        "terms": _terms(told),
        "rule": _rule(told),
        "computation": _computation(told),
        "changes": [_change(one) for one in trail.links if one.message is not None],
        "postings": [_posting(one) for one in trail.postings],
        "payouts": [_payout(one, gathered.payouts[one.payout_id]) for one in trail.shares],
        "chain": {
            "begins": trail.begins,
            "links": [_link(one) for one in trail.links],
            "ends": trail.ends,
            "anchor": _anchor(gathered.anchor),
        },
    }


def _bonus(told: Told) -> dict[str, Any]:
    bonus = told.bonus
    return {
        "bonus_id": bonus.bonus_id,
        "source": bonus.source.value,
        "conversion_id": bonus.conversion_id,
        "member_id": bonus.member_id,
        "store_id": bonus.store_id,
        "store_name": told.store_name,
        "status": bonus.status.value,
        "amount": bonus.amount,
        "reserved": bonus.reserved,
        "written_off": bonus.written_off,
        "ordered_at": _moment(bonus.ordered_at),
        "opened_at": rfc3339(bonus.opened_at),
        "accrued_at": _moment(bonus.accrued_at),
        "rejected_at": _moment(bonus.rejected_at),
        "reason": bonus.reason,
    }


def _click(bonus: Bonus, purchase: Part, click: ClickView | None) -> dict[str, Any] | None:
    """Tell what the sealed id proves, and what the click's own record says."""
    if bonus.clicked_at is None:
        return None
    recorded = None
    if click is not None:
        recorded = {
            "member_id": click.member_id,
            "store_id": click.store_id,
            "clicked_at": rfc3339(click.clicked_at),
        }
    return {
        "click_id": purchase.get("click_id"),
        "member_id": bonus.member_id,
        "store_id": bonus.store_id,
        "clicked_at": rfc3339(bonus.clicked_at),
        "recorded": recorded,
    }


def _terms(told: Told) -> dict[str, Any] | None:
    if told.bonus.terms_id is None:
        return None
    used = rate_for(told.rates, told.bonus.category)
    return {
        "terms_id": told.bonus.terms_id,
        "in_force_at": _moment(told.bonus.clicked_at),
        "rates": list(msgspec.to_builtins(told.rates)),
        "rate": msgspec.to_builtins(used),
    }


def _rule(told: Told) -> dict[str, Any] | None:
    """Tell the rule of a bonus that is of no purchase, as it was when it gave the bonus."""
    bonus = told.bonus
    if bonus.rule_id is None:
        return None
    return {
        "rule_id": bonus.rule_id,
        "rule_version": bonus.rule_version,
        "sentence": told.sentence,
    }


def _computation(told: Told) -> dict[str, Any]:
    bonus, purchase = told.bonus, told.bonus.purchase
    if purchase is None:
        return {"in_words": told.sentence, "points": bonus.amount}
    return {
        "in_words": in_words(rate_for(told.rates, bonus.category), purchase),
        "paid_minor": purchase.paid_minor,
        "currency": purchase.currency,
        "decimals": minor_units(purchase.currency),
        "rate_micro": purchase.rate_micro,
        "category": purchase.category,
        "points": bonus.amount,
    }


def _change(link: Link) -> dict[str, Any]:
    said = msgspec.json.decode(link.message or "")
    data = said["data"]
    return {
        "version": said["version"],
        "at": said["occurred_at"],
        "status": data["status"],
        # A debit is told as a figure of its own, and is a bonus below zero.
        "amount": data["amount"] - data.get("debit", 0),
        "available": data["available"],
        "reason": data["reason"],
        # Events of before they told it have none.
        "cause": data.get("cause"),
    }


def _posting(one: Posted) -> dict[str, Any]:
    return {**one._asdict(), "posted_at": rfc3339(one.posted_at)}


def _payout(one: Share, operator: Part) -> dict[str, Any]:
    return {**one._asdict(), "operator": dict(operator)}


def _link(one: Link) -> dict[str, Any]:
    link: dict[str, Any] = {"version": one.version, "event_hash": one.event_hash}
    return link if one.message is None else {**link, "message": one.message}


def _anchor(anchor: Anchor | None) -> dict[str, Any] | None:
    if anchor is None:
        return None
    return {
        "day": anchor.day.isoformat(),
        "made_at": rfc3339(anchor.made_at),
        "members": anchor.members,
        "anchor_hash": anchor.anchor_hash,
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
