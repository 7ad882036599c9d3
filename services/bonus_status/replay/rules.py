"""Other rules for a rebuild: what if a store had other rates, or a campaign gave more? Pure.

    unfunded_accrues: true
    rates:
      aliexpress: {others: 9%, electronics: 5.5%, subscription: 500, gift-cards: excluded}
    bonus_rules:
      first-purchase: {settings: {amount: 300}, total_cap: 900000}
      week-48: {is_on: false}

A rate is a percentage, whole rubles for each purchase, or `excluded`; `others` are all goods that
no other rate names. The rates count in place of all that the store ever had. What is said of a
bonus rule counts in place of what each of its versions said, null takes a figure away; the rest of
it stays.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import msgspec
import yaml
from marshmallow import ValidationError

from services.bonus_status.sources.schema import RuleSchema

_PERCENT = re.compile(r"(100|[0-9]{1,2})(?:\.([0-9]{1,2}))?%", re.ASCII)
_LARGEST_BASIS_POINTS = 10_000
_MOST_RUBLES = 1_000_000
_OTHERS = "others"
_MAY_DIFFER = {"settings", "total_cap", "is_on", "valid_from", "valid_until"}
_RULE = RuleSchema()
_NO_SUCH_RULE = "there is no such rule; known are rates, bonus_rules and unfunded_accrues"
_NOTHING_OF_A_RULE = "name what differs: settings, total_cap, is_on, valid_from or valid_until"
_NO_TRUTH = "write true or false"
_NO_RATES = "name at least one rate"
_NO_RATE = "write a percentage such as 7.5%, whole rubles, or excluded"
_NO_NAMES = "write names with values below them"


class WrongRules(ValueError):
    """The rules cannot be read as meant."""

    def __init__(self, why: str, *, field: str) -> None:
        """Name the field and say what is wrong."""
        super().__init__(f"{field}: {why}")


class UnknownName(WrongRules):
    """The rules name what nobody here knows; said instead of a difference of nothing."""

    def __init__(self, what: str, *, field: str, near: Sequence[str]) -> None:
        """Name those that come near, or else some of those that are known."""
        others = f"; those that are known: {', '.join(near)}" if near else ""
        super().__init__(f"there is no such {what}{others}", field=field)


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs; `rates`: store → the rates of all its terms, as events have them.

    `bonus_rules`: rule → what each of its versions says instead.
    """

    rates: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    bonus_rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
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

    def version_of(self, rule_id: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a version of a bonus rule as it is set under these rules; raises WrongRules."""
        other = self.bonus_rules.get(rule_id)
        if other is None:
            return dict(said)
        figures = said["settings"] | other.get("settings", {})
        kept = {name: figure for name, figure in figures.items() if figure is not None}
        now = {**said, **other, "settings": kept}
        fields = {name: _as_sent(now[name]) for name in _RULE.fields if name in now}
        try:
            return now | cast("dict[str, Any]", _RULE.load(fields))
        except ValidationError as fault:
            name, why = _first(fault.messages)
            raise WrongRules(why, field=f"bonus_rules.{rule_id}.{name}") from None


def read_rules(text: str) -> Rules:
    """Read rules from YAML, an empty text for none; raises WrongRules."""
    try:
        said = yaml.safe_load(text)
    except yaml.YAMLError as fault:
        raise WrongRules(f"no YAML: {fault}"[:300], field="rules") from None
    fields = _mapping("rules", {} if said is None else said)
    for name in fields.keys() - {"rates", "bonus_rules", "unfunded_accrues"}:
        raise WrongRules(_NO_SUCH_RULE, field=str(name))
    unfunded = fields.get("unfunded_accrues")
    if unfunded is not None and not isinstance(unfunded, bool):
        raise WrongRules(_NO_TRUTH, field="unfunded_accrues")
    stores = _mapping("rates", fields.get("rates", {}))
    gifts = _mapping("bonus_rules", fields.get("bonus_rules", {}))
    return Rules(
        {str(one): _rates(f"rates.{one}", stores[one]) for one in stores},
        {str(one): _of_a_rule(f"bonus_rules.{one}", gifts[one]) for one in gifts},
        unfunded,
    )


def _of_a_rule(where: str, said: object) -> dict[str, Any]:
    other = _mapping(where, said)
    if not other or other.keys() - _MAY_DIFFER:
        raise WrongRules(_NOTHING_OF_A_RULE, field=where)
    if "settings" in other:
        _mapping(f"{where}.settings", other["settings"])
    return other


def _as_sent(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _first(faults: Any) -> tuple[str, str]:
    """Answer the first fault's path, with dots, and its sentence."""
    path = []
    while isinstance(faults, dict):
        name, faults = next(iter(faults.items()))
        path.append(str(name))
    return ".".join(path), str(faults[0] if isinstance(faults, list) else faults)


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
