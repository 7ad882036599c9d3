"""Other rules for a rebuild: what if a store had other rates, or unfunded points accrued? Pure.

    unfunded_accrues: true
    rates:
      aliexpress: {others: 9%, electronics: 5.5%, subscription: 500, gift-cards: excluded}

A percentage, whole rubles for each purchase, or `excluded`; `others` are all goods that no other
rate names. The rates count in place of all that the store ever had.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import yaml

_PERCENT = re.compile(r"(100|[0-9]{1,2})(?:\.([0-9]{1,2}))?%", re.ASCII)
_LARGEST_BASIS_POINTS = 10_000
_MOST_RUBLES = 1_000_000
_OTHERS = "others"
_NO_SUCH_RULE = "there is no such rule; known are rates and unfunded_accrues"
_NO_TRUTH = "write true or false"
_NO_RATES = "name at least one rate"
_NO_RATE = "write a percentage such as 7.5%, whole rubles, or excluded"
_NO_NAMES = "write names with values below them"


class WrongRules(ValueError):
    """The rules cannot be read as meant."""

    def __init__(self, why: str, *, field: str) -> None:
        """Name the field and say what is wrong."""
        super().__init__(f"{field}: {why}")


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs; `rates`: store → the rates of all its terms, as events have them."""

    rates: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    unfunded_accrues: bool | None = None

    def applied_to(self, topic: str, message: bytes) -> bytes:
        """Answer an event as it would have been said under these rules."""
        if topic != "stores" or not self.rates:
            return message
        event = msgspec.json.decode(message)
        rates = self.rates.get(event["data"]["store_id"])
        if rates is None:
            return message
        for terms in event["data"]["terms"]:
            terms["rates"] = rates
        return msgspec.json.encode(event)


def read_rules(text: str) -> Rules:
    """Read rules from YAML, an empty text for none; raises WrongRules."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise WrongRules(f"no YAML: {fault}"[:300], field="rules") from None
    fields = _mapping("rules", {} if said is None else said)
    for name in fields.keys() - {"rates", "unfunded_accrues"}:
        raise WrongRules(_NO_SUCH_RULE, field=str(name))
    unfunded = fields.get("unfunded_accrues")
    if unfunded is not None and not isinstance(unfunded, bool):
        raise WrongRules(_NO_TRUTH, field="unfunded_accrues")
    stores = _mapping("rates", fields.get("rates", {}))
    return Rules({str(one): _rates(f"rates.{one}", stores[one]) for one in stores}, unfunded)


def _rates(where: str, said: object) -> list[dict[str, Any]]:
    rates = _mapping(where, said)
    if not rates:
        raise WrongRules(_NO_RATES, field=where)
    return [
        {
            "category": None if name == _OTHERS else str(name),
            **_rate(f"{where}.{name}", rates[name]),
        }
        for name in rates
    ]


def _rate(where: str, said: object) -> dict[str, Any]:
    text = str(said)
    if text == "excluded":
        return _as_said("percent", 0, None, excluded=True)
    if match := _PERCENT.fullmatch(text):
        basis_points = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
        if basis_points <= _LARGEST_BASIS_POINTS:
            return _as_said("percent", basis_points, None)
    elif isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= _MOST_RUBLES:
        return _as_said("flat", None, said)
    raise WrongRules(_NO_RATE, field=where)


def _as_said(
    kind: str, basis_points: int | None, rubles: int | None, *, excluded: bool = False
) -> dict[str, Any]:
    return {"kind": kind, "basis_points": basis_points, "rubles": rubles, "excluded": excluded}


def _mapping(where: str, said: object) -> dict[Any, Any]:
    if not isinstance(said, dict):
        raise WrongRules(_NO_NAMES, field=where)
    return said
