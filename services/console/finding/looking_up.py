"""Asks the services whose a phone, id, click or order is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.console.finding.recognising import Guess, Kind, recognise
from services.console.neighbours import Missing, Neighbours, Refused


@dataclass(frozen=True, slots=True)
class Found:
    """What a search led to: a member, or reports that belong to nobody yet."""

    member_id: str | None
    what: str
    named: str
    receipts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Search:
    """The answer to a search, and which services were silent."""

    found: list[Found]
    silent: list[str]


def search(ask: Neighbours, typed: str) -> Search:
    """Ask for each reading of what was typed, the likeliest first, until one is known."""
    silent: set[str] = set()
    for guess in recognise(typed):
        found = list(_look(ask, guess, silent))
        if found:
            return Search(found, sorted(silent))
    return Search([], sorted(silent))


def _look(ask: Neighbours, guess: Guess, silent: set[str]) -> Iterator[Found]:
    match guess.kind:
        case Kind.PHONE:
            answers = _ask(ask, silent, member=("members", "/members", {"phone": guess.text}))
            for one in answers["member"] and answers["member"]["data"]:
                yield Found(one["member_id"], "phone", guess.text)
        case Kind.CLICK:
            answers = _ask(ask, silent, click=("bonus_status", f"/clicks/{guess.text}", {}))
            if click := answers["click"]:
                yield Found(click["member_id"], "click", guess.text)
        case Kind.ID:
            yield from _by_id(ask, guess.text, silent)
        case Kind.ORDER:
            yield from _by_order(ask, guess.text, silent)


# Whatever has an id of ours: what it is, who knows it, and where.
_IDS = {
    "member": ("members", "/members/{}"),
    "receipt": ("partner_postback", "/receipts/{}"),
    "certificate": ("payout", "/certificates/{}"),
    "payout": ("payout", "/payouts/{}"),
    "claim": ("bonus_status", "/claims/{}"),
    "correction": ("bonus_status", "/corrections/{}"),
}


def _by_id(ask: Neighbours, known: str, silent: set[str]) -> Iterator[Found]:
    asks: dict[str, tuple[str, str, Mapping[str, object]]] = {
        what: (service, path.format(known), {}) for what, (service, path) in _IDS.items()
    }
    asks["conversion"] = ("partner_postback", "/journeys", {"conversion_id": known})
    answers = _ask(ask, silent, **asks)
    journeys = answers.pop("conversion") or {"conversions": []}
    for one in journeys["conversions"]:
        yield Found(one["member_id"], "conversion", known)
    for what, answer in answers.items():
        if answer and what == "receipt":
            yield _of_receipt(ask, answer, silent)
        elif answer:
            yield Found(answer["member_id"], what, known)


def _of_receipt(ask: Neighbours, receipt: dict[str, Any], silent: set[str]) -> Found:
    named, conversion_id = receipt["receipt_id"], receipt["conversion_id"]
    if conversion_id:
        asked = ("partner_postback", "/journeys", {"conversion_id": conversion_id})
        journeys = _ask(ask, silent, found=asked)["found"]
        for one in journeys["conversions"] if journeys else ():
            return Found(one["member_id"], "receipt", named, [receipt])
    return Found(None, "receipt", named, [receipt])


def _by_order(ask: Neighbours, order_id: str, silent: set[str]) -> Iterator[Found]:
    asked = ("partner_postback", "/journeys", {"order_id": order_id})
    journeys = _ask(ask, silent, found=asked)["found"]
    if not journeys:
        return
    members = {one["member_id"]: one for one in journeys["conversions"]}
    for member_id in members:
        yield Found(member_id, "order", order_id)
    if not members and journeys["receipts"]:
        yield Found(None, "order", order_id, journeys["receipts"])


def _ask(
    ask: Neighbours, silent: set[str], **asks: tuple[str, str, Mapping[str, object]]
) -> dict[str, Any]:
    answers = ask.together(
        **{
            name: (service, lambda one=(service, path, given): _known(ask, *one))
            for name, (service, path, given) in asks.items()
        }
    )
    silent |= {one.service for one in answers.values() if isinstance(one, Missing)}
    return answers


def _known(ask: Neighbours, service: str, path: str, given: Mapping[str, object]) -> Any:
    try:
        return ask.find(service, path, **given)
    except Refused:
        return None  # not a text that this service could know
