"""What must hold of a profile as a whole: its parts fit each other, its defaults can be used."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.partner_postback.formats.fields import key_fault
from shared.money import InvalidAmount, UnknownCurrency, minor_units, parse_money

_KEYS = ("order_id", "line_id", "action", "event_id")
_COUNTS = ("quantity", "lines")
_SUMS = ("amount", "amount_left", "change")
_MOMENTS = ("ordered_at", "status_at")
# A currency of the most decimals: a sum that it can write may still be one of any other.
_MOST_DECIMALS = "CLF"
Faults = dict[str, Any]


def faults_of(sent: Mapping[str, Any]) -> Faults:
    """Answer what is wrong with a profile whose parts are each in shape, by the fields' paths."""
    faults: Faults = {}
    _check_zone(sent["zone"], faults)
    _check_moments(sent["moments"], faults)
    _check_places(sent, faults)
    _check_defaults(sent, faults)
    _check_checksum(sent, faults)
    return faults


def _check_zone(zone: str, faults: Faults) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        faults["zone"] = [f"{zone!r} is no time zone such as Europe/Moscow."]


def _check_moments(shapes: list[str], faults: Faults) -> None:
    example = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
    for place, shape in enumerate(shapes):
        if shape in ("rfc3339", "unix"):
            continue
        try:
            fits = datetime.strptime(example.strftime(shape), shape).date() == example.date()  # noqa: DTZ007
        except (ValueError, re.error):  # re.error: a directive that is there twice
            fits = False
        if not fits:
            why = "Use rfc3339, unix, or a pattern with a whole date such as %d.%m.%Y %H:%M:%S."
            faults.setdefault("moments", {})[place] = [why]


def _check_places(sent: Mapping[str, Any], faults: Faults) -> None:
    wrong: Faults = {}
    owners = dict.fromkeys(sent["security"]["names"], "the sender's key")
    places = sent["fields"]
    for ours, place in places.items():
        if place["otherwise"] and (place["otherwise"] not in places or place["otherwise"] == ours):
            wrong.setdefault(ours, {})["otherwise"] = ["It names no other field of this profile."]
        for name in (*place["names"], *place["joined"]):
            owner = owners.setdefault(name, ours)
            if owner != ours and (owner not in places or not _may_share(ours, place)):
                wrong.setdefault(ours, {})["names"] = [f"{name!r} is {owner} already."]
    if wrong:
        faults["fields"] = wrong


def _may_share(ours: str, place: Mapping[str, Any]) -> bool:
    """Answer whether a field may stand where another does: a moment, or in other records."""
    return ours in ("ordered_at", "status_at") or bool(place["when"])


def _check_defaults(sent: Mapping[str, Any], faults: Faults) -> None:
    for path, ours, text in _defaults(sent):
        why = _default_fault(ours, text, sent["words"])
        if why:
            _put(faults, path, why)


def _defaults(sent: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Answer each default with its path and its field, of all records or of some."""
    for ours, place in sent["fields"].items():
        if place["default"] is not None:
            yield ("fields", ours, "default"), ours, place["default"]
    for name, by_value in sent["defaults_when"].items():
        for value, texts in by_value.items():
            for ours, text in texts.items():
                yield ("defaults_when", name, value, ours), ours, text


def _default_fault(ours: str, text: str, words: Mapping[str, str]) -> str | None:
    if ours == "status":
        return None if text in words else f"{text!r} is none of the words."
    if ours in _KEYS:
        return key_fault(text)
    if ours in _COUNTS:
        return None if text.isascii() and text.isdecimal() and int(text) else "Not a whole number."
    if ours in _MOMENTS:
        return "A moment has no default."
    try:
        if ours == "currency":
            minor_units(text)
        if ours in _SUMS:
            parse_money(text, _MOST_DECIMALS)
    except (InvalidAmount, UnknownCurrency) as fault:
        return str(fault)
    return None


def _check_checksum(sent: Mapping[str, Any], faults: Faults) -> None:
    if sent["security"]["kind"] != "tradedoubler_checksum":
        return
    if len(sent["security"]["names"]) > 1:
        _put(faults, ("security", "names"), "A checksum has one name.")
    for ours in ("order_id", "amount"):
        if not sent["fields"].get(ours, {}).get("names"):
            _put(
                faults, ("fields", ours, "names"), "The checksum is made of it: name its parameter."
            )


def _put(faults: Faults, path: tuple[str, ...], why: str) -> None:
    for name in path[:-1]:
        faults = faults.setdefault(name, {})
    faults.setdefault(path[-1], [why])
