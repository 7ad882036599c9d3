"""Reads one record, a flat mapping of names to texts, as its profile says. Pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.partner_postback.domain.algebra import Message, Says
from services.partner_postback.formats.fields import (
    LONGEST_ACTION,
    LONGEST_CATEGORY,
    LONGEST_CLICK_ID,
    LONGEST_DECIMAL,
    LONGEST_ID,
    LONGEST_REASON,
    MOST_LINES,
    key_fault,
)
from services.partner_postback.formats.profile import Place, Profile
from services.partner_postback.formats.profile.sums import Found, check_amount, read_sum, whole
from services.partner_postback.formats.request import Code, Refused
from shared.schemas import FIRST_YEAR, LAST_YEAR

_LONGEST = {
    "click_id": LONGEST_CLICK_ID,
    "order_id": LONGEST_ID,
    "line_id": LONGEST_ID,
    "event_id": LONGEST_ID,
    "action": LONGEST_ACTION,
    "category": LONGEST_CATEGORY,
    "reason": LONGEST_REASON,
    "amount": LONGEST_DECIMAL,
    "amount_left": LONGEST_DECIMAL,
    "change": LONGEST_DECIMAL,
    "currency": 3,
    "buyer_address": 45,
}
_LONGEST_OTHER = 100
_KEYS = ("order_id", "line_id", "action", "event_id")
_LONGEST_UNIX = 10
Record = Mapping[str, str]


def read_record(profile: Profile, record: Record) -> Message:
    """Answer the message of a record; raises Refused with the partner's own name of the field."""
    _check_record(profile, record)
    found = _find(profile, record)
    told = read_sum(profile, found, _says(profile, found))
    return Message(
        order_id=found.texts.get("order_id", ""),
        line_id=found.texts.get("line_id", ""),
        action=found.texts.get("action", ""),
        says=told.says,
        status_at=_moment(profile, found, "status_at"),
        click_id=found.texts.get("click_id"),
        amount=told.money,
        category=found.texts.get("category"),
        ordered_at=_moment(profile, found, "ordered_at"),
        reason=found.texts.get("reason"),
        basis=told.basis,
        event_id=found.texts.get("event_id"),
        amount_text=told.text,
        lines=whole(found, "lines", MOST_LINES),
        ordered_on_arrival="ordered_at" not in profile.fields,
        buyer_address=found.texts.get("buyer_address"),
        only_first_counts=profile.only_first_counts,
        ignores_click=profile.ignores_click,
    )


def _check_record(profile: Profile, record: Record) -> None:
    for name, values in profile.not_counted.items():
        if record.get(name) in values:
            why = f"{name}: {record[name]!r} says that it earns nothing: kept, not counted."
            raise Refused(Code.NOT_COMMISSIONABLE, why, name)
    for name, value in record.items():
        if name in profile.used:  # what is in a field that nobody reads is nobody's fault
            _check_value(profile, name, value)
        elif profile.refuses_unknown and name not in profile.known:
            raise Refused(Code.INVALID_FIELDS, f"{name}: Unknown field.", name)
    for name in profile.checked_amounts:
        if record.get(name):
            check_amount(profile, name, record[name])


def _check_value(profile: Profile, name: str, value: str) -> None:
    if not value and profile.blank_is_refused:
        raise Refused(Code.INVALID_FIELDS, f"{name}: It is empty.", name)
    if value in profile.forbidden:
        raise Refused(Code.INVALID_FIELDS, f"{name}: {value!r} is no value.", name)
    if profile.unreplaced and profile.unreplaced.search(value):
        why = f"{name}: The network left {value[:50]} as it was."
        raise Refused(Code.MACRO_NOT_REPLACED, why, name)


def _find(profile: Profile, record: Record) -> Found:
    found = Found(dict(_defaults_when(profile, record)), dict(profile.names))
    places = profile.fields
    if profile.conditional:
        places = {ours: one for ours, one in places.items() if _counts(one, record)}
    for ours, place in places.items():
        sent = _sent(place, record)
        if sent is not None:
            found.names[ours] = sent[0]
            found.texts[ours] = _checked(ours, place, *sent)
        elif ours not in found.texts and place.default is not None:
            found.texts[ours] = place.default
    for ours, place in profile.needed:
        if ours in found.texts or ours not in places:
            continue
        if place.otherwise in found.texts:
            found.texts[ours] = found.texts[place.otherwise]
            found.names[ours] = found.name_of(place.otherwise)
        elif place.required or ours == "order_id":
            name = found.name_of(ours)
            raise Refused(Code.INVALID_FIELDS, f"{name}: It is missing.", name)
    return found


def _defaults_when(profile: Profile, record: Record) -> Iterator[tuple[str, str]]:
    for name, by_value in profile.defaults_when.items():
        yield from by_value.get(record.get(name, ""), {}).items()


def _counts(place: Place, record: Record) -> bool:
    return all(record.get(name, "") in values for name, values in place.when.items())


def _sent(place: Place, record: Record) -> tuple[str, str] | None:
    """Answer the name under which a field was sent, and its text; None when it was not."""
    if place.joined:
        is_there = any(record.get(name) for name in place.joined)
        text = "/".join(record.get(one, "") for one in place.joined)
        return (place.joined[0], text) if is_there else None
    if len(place.names) == 1:  # as nearly all have; files have a million of them
        text = record.get(place.names[0], "")
        return (place.names[0], text) if text else None
    sent = [name for name in place.names if record.get(name)]
    if len(sent) > 1:
        why = f"{sent[1]}: It is the same as {sent[0]}, which was sent too."
        raise Refused(Code.DUPLICATE_PARAMETER, why, sent[1])
    return (sent[0], record[sent[0]]) if sent else None


def _checked(ours: str, place: Place, name: str, value: str) -> str:
    longest = place.longest or _LONGEST.get(ours, _LONGEST_OTHER)
    if len(value) > longest:
        raise Refused(Code.INVALID_FIELDS, f"{name}: Longer than {longest} characters.", name)
    if value in place.without:
        raise Refused(Code.INVALID_FIELDS, f"{name}: It may not be {value!r}.", name)
    fault = key_fault(value) if ours in _KEYS else _unkeepable(value)
    if fault:
        raise Refused(Code.INVALID_FIELDS, f"{name}: {fault}", name)
    return value


def _unkeepable(value: str) -> str | None:
    return "It has a character that cannot be kept." if "\x00" in value else None


def _says(profile: Profile, found: Found) -> Says:
    word = found.texts.get("status", "")
    says = profile.words.get(word)
    if says is None:
        name = found.name_of("status")
        known = ", ".join(profile.words)
        why = (
            f"{name}: {word[:50]!r} is none of {known[:300]}."
            if word
            else f"{name}: It is missing."
        )
        raise Refused(Code.INVALID_FIELDS, why, name)
    return says


def _moment(profile: Profile, found: Found, ours: str) -> datetime | None:
    text = found.texts.get(ours)
    if text is None:
        return None
    for shape in profile.moments:
        moment = _as_moment(text, shape, profile.zone)
        if moment is not None and FIRST_YEAR <= moment.year <= LAST_YEAR:
            return moment
    name = found.name_of(ours)
    why = f"{name}: {text[:50]!r} is no moment written as {' or '.join(profile.moments)}."
    raise Refused(Code.INVALID_FIELDS, why, name)


@lru_cache(maxsize=4096)
def _as_moment(text: str, shape: str, zone: str) -> datetime | None:
    try:
        if shape == "unix":
            fits = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_UNIX
            return datetime.fromtimestamp(int(text), UTC) if fits else None
        if not text.isascii():
            return None
        if shape == "rfc3339":
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC) if moment.tzinfo and "T" in text else None
        moment = datetime.strptime(text, shape)  # noqa: DTZ007 - its zone is the profile's
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
