"""A member's timeline: what all services know of him, as one list, the newest first; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.console.telling import said
from services.console.telling.reasons import payout_reason
from shared.pages.words import gettext
from shared.pages.written import rubles


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened: when, what, about what, in which state, and where it is shown."""

    at: str
    kind: str
    title: str
    state: str = ""
    detail: str = ""
    points: int | None = None
    link: tuple[str, dict[str, str]] | None = None
    ids: tuple[str, ...] = ()


def of_payout(state: str) -> str:
    """Name a payout's state apart from other things': of a payout, its points are released."""
    return "points_released" if state == "released" else state


def timeline(parts: Mapping[str, Any]) -> list[Happened]:
    """Lay the answers of the services out as one list; a part that is missing adds nothing."""
    lines: list[Happened] = []
    for name, tell in _TELLERS.items():
        part = parts.get(name)
        lines += tell(part) if part else ()
    # Turned round, not sorted downwards: of two steps of one moment the later stands above.
    return sorted(lines, key=lambda one: one.at)[::-1]


def _clicks(part: Mapping[str, Any]) -> Iterator[Happened]:
    for one in part["data"]:
        state = "repeat" if one["repeat"] else ""
        name = one["store_name"] or one["store_id"]
        link = ("find", {"q": one["click_id"]})
        yield Happened(one["clicked_at"], "click", name, state, link=link, ids=(one["click_id"],))


def _journeys(part: Mapping[str, Any]) -> Iterator[Happened]:
    for one in part["conversions"]:
        paid = said.money(one["paid_minor"], one["currency"])
        yield Happened(
            one["ordered_at"],
            "conversion",
            f"{one['store_id']} · {one['order_id']}",
            one["status"],
            " · ".join(text for text in (paid, one["reason"] or "") if text),
            link=("purchase", {"conversion_id": one["conversion_id"]}),
            ids=(one["conversion_id"], one["order_id"], one["click_id"]),
        )
    for one in part["receipts"]:
        yield Happened(
            one["received_at"],
            "receipt",
            f"{one['partner_id']} · {one['order_id']}",
            one["verdict"],
            said.verdict(one),
            link=("receipt", {"receipt_id": one["receipt_id"]}),
            ids=(one["receipt_id"], one["order_id"]),
        )


def _bonuses(part: Mapping[str, Any]) -> Iterator[Happened]:
    for one in part["data"]:
        ids = (one["bonus_id"], one["conversion_id"] or "")
        name = f"{said.named(one)} · {rubles(one['amount'])}"
        link = ("bonus", {"bonus_id": one["bonus_id"]})
        ends = [(one[f"{end}_at"], end) for end in ("accrued", "rejected") if one[f"{end}_at"]]
        steps = [(one["opened_at"], "pending" if ends else one["status"]), *sorted(ends)]
        for place, (moment, state) in enumerate(steps, start=1):
            # Its last line says how it stands now: beside an earlier one it would not be true.
            told = _stands(one) if place == len(steps) else ""
            points = one["amount"] if state == "accrued" else None
            yield Happened(moment, "bonus", name, state, told, points, link, ids)


def _stands(bonus: Mapping[str, Any]) -> str:
    when = said.expected(bonus)
    told = gettext("Expected %(when)s.") % {"when": when} if when else ""
    return f"{said.stands(bonus)} {told}".strip()


def _payouts(part: Mapping[str, Any]) -> Iterator[Happened]:
    for one in part["data"]:
        yield Happened(
            one["completed_at"] or one["requested_at"],
            "payout",
            one["kind"],
            of_payout(one["state"]),
            " · ".join(filter(None, (one["run_month"], payout_reason(one["reason"])))),
            -(one["reserved"] if one["reserved"] is not None else one["amount"]),
            ("payout", {"payout_id": one["payout_id"]}),
            (one["payout_id"],),
        )


def _certificates(part: Mapping[str, Any]) -> Iterator[Happened]:
    for one in part["data"]:
        yield Happened(
            one["issued_at"],
            "certificate",
            rubles(one["denomination"]),
            one["status"],
            link=("certificate", {"certificate_id": one["certificate_id"]}),
            ids=(one["certificate_id"], one["payout_id"]),
        )


def _state_of_message(message: Mapping[str, Any]) -> str:
    """Answer what is known last: what became of it after it was sent, or how far it got."""
    delivery = message.get("delivery")
    return str(message["state"] if delivery in {None, "accepted"} else delivery)


def _messages(part: Mapping[str, Any]) -> Iterator[Happened]:
    for one in part["data"]:
        ids = (one["message_id"],)
        yield Happened(
            one["made_at"],
            "message",
            one["text"],
            _state_of_message(one),
            one["said"] or "",
            ids=ids,
        )


def _claims(part: Mapping[str, Any]) -> Iterator[Happened]:
    for one in part["data"]:
        paid = said.money(one["amount_minor"], one["currency"])
        yield Happened(
            one["opened_at"],
            "claim",
            f"{one['store_name']} · {one['order_id'] or '—'}",
            one["state"],
            " · ".join(text for text in (paid, one["reason"] or "") if text),
            link=("claim", {"claim_id": one["claim_id"]}),
            ids=(one["claim_id"], one["order_id"] or ""),
        )


def _decisions(part: Mapping[str, Any]) -> Iterator[Happened]:
    for one in part["data"]:
        detail = f"{one['reason']} · {one['clerk']}"
        yield Happened(one["decided_at"], "decision", one["status"], one["status"], detail)


def _joined(part: Mapping[str, Any]) -> Iterator[Happened]:
    yield Happened(part["registered_at"], "joined", "", "", ids=(part["member_id"],))


_TELLERS = {
    "clicks": _clicks,
    "journeys": _journeys,
    "bonuses": _bonuses,
    "payouts": _payouts,
    "certificates": _certificates,
    "messages": _messages,
    "claims": _claims,
    "decisions": _decisions,
    "member": _joined,
}


def kinds_of(lines: Iterable[Happened]) -> list[str]:
    """Name the kinds that there are, for the filter."""
    present = {one.kind for one in lines}
    order = ("click", "receipt", "conversion", "bonus", "payout", "certificate", "claim")
    rest = ("message", "decision", "joined")
    return [one for one in (*order, *rest) if one in present]
