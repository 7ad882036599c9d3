"""Reads one record, a flat mapping of names to texts, as its profile says. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.partner_postback.domain.algebra import Basis, Message, Says
from services.partner_postback.formats.fields import (
    LARGEST_AMOUNT_MINOR,
    LONGEST_ACTION,
    LONGEST_CATEGORY,
    LONGEST_CLICK_ID,
    LONGEST_DECIMAL,
    LONGEST_ID,
    LONGEST_REASON,
    MOST_LINES,
    decimal_money,
    key_fault,
)
from services.partner_postback.formats.profile import Place, Profile
from services.partner_postback.formats.request import Code, Refused
from shared.money import Money

_LONGEST = {
    "click_id": LONGEST_CLICK_ID,
    "order_id": LONGEST_ID,
    "line_id": LONGEST_ID,
    "event_id": LONGEST_ID,
    "action": LONGEST_ACTION,
    "category": LONGEST_CATEGORY,
    "reason": LONGEST_REASON,
    "amount": LONGEST_DECIMAL,
    "change": LONGEST_DECIMAL,
    "currency": 3,
    "buyer_address": 45,
}
_LONGEST_OTHER = 100
_KEYS = ("order_id", "line_id", "action", "event_id")
_MOST_PIECES = 1_000_000
_FIRST_YEAR, _LAST_YEAR = 2000, 2199
Found = dict[str, str]


def read_record(profile: Profile, record: Mapping[str, str]) -> Message:
    """Answer the message of a record; raises Refused with the partner's own name of the field."""
    _check_record(profile, record)
    found = _find(profile, record)
    says, basis, amount, amount_text = _sum(profile, found, _says(profile, found.get("status", "")))
    return Message(
        order_id=found.get("order_id", ""),
        line_id=found.get("line_id", ""),
        action=found.get("action", ""),
        says=says,
        status_at=_moment(profile, found, "status_at"),
        click_id=found.get("click_id"),
        amount=amount,
        category=found.get("category"),
        ordered_at=_moment(profile, found, "ordered_at"),
        reason=found.get("reason"),
        basis=basis,
        event_id=found.get("event_id"),
        amount_text=amount_text,
        lines=_whole(profile, found, "lines", MOST_LINES),
        ordered_on_arrival="ordered_at" not in profile.fields,
        buyer_address=found.get("buyer_address"),
        only_first_counts=profile.only_first_counts and _is_keyed_by_click(profile, record),
        ignores_click=profile.ignores_click,
    )


def _find(profile: Profile, record: Mapping[str, str]) -> Found:
    found: Found = {}
    for ours, place in profile.fields.items():
        text = _text(ours, place, record)
        if text is not None:
            found[ours] = text
    for ours, place in profile.fields.items():
        if ours not in found and place.otherwise in found:
            found[ours] = found[place.otherwise]
        if ours not in found and place.required:
            name = _name(profile, ours)
            raise Refused(Code.INVALID_FIELDS, f"{name}: It is missing.", name)
    return found


def _name(profile: Profile, ours: str) -> str:
    return profile.names.get(ours, ours)


def _check_record(profile: Profile, record: Mapping[str, str]) -> None:
    for name, value in record.items():
        if profile.refuses_unknown and name not in profile.known:
            raise Refused(Code.INVALID_FIELDS, f"{name}: Unknown field.", name)
        if value in profile.forbidden:
            raise Refused(Code.INVALID_FIELDS, f"{name}: {value!r} is no value.", name)
        if not value and profile.blank_is_refused:
            raise Refused(Code.INVALID_FIELDS, f"{name}: It is empty.", name)
        for opening, closing in profile.macros:
            if value.startswith(opening) and value.endswith(closing) and value != opening:
                why = f"{name}: The network left {value[:50]} as it was."
                raise Refused(Code.MACRO_NOT_REPLACED, why, name)
    for name, values in profile.not_counted.items():
        if record.get(name) in values:
            why = f"{name}: {record[name]!r} says that it earns nothing: kept, not counted."
            raise Refused(Code.NOT_COMMISSIONABLE, why, name)


def _text(ours: str, place: Place, record: Mapping[str, str]) -> str | None:
    sent = [name for name in place.names if record.get(name)]
    if len(sent) > 1:
        why = f"{sent[1]}: It is the same as {sent[0]}, which was sent too."
        raise Refused(Code.DUPLICATE_PARAMETER, why, sent[1])
    if not sent:
        return place.default
    name, value = sent[0], record[sent[0]]
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


def _says(profile: Profile, word: str) -> Says:
    says = profile.words.get(word)
    if says is None:
        name = _name(profile, "status")
        known = ", ".join(profile.words)
        why = (
            f"{name}: {word[:50]!r} is none of {known[:300]}."
            if word
            else f"{name}: It is missing."
        )
        raise Refused(Code.INVALID_FIELDS, why, name)
    return says


def _sum(
    profile: Profile, found: Found, says: Says
) -> tuple[Says, Basis, Money | None, str | None]:
    """Answer what the sum of a record means: a total, or a change of what was paid."""
    ours = "amount" if "amount" in found else "change"
    text = found.get(ours)
    if text is None:
        return says, Basis.TOTAL, None, None
    names = (_name(profile, ours), _name(profile, "currency"))
    is_change = ours == "change"
    if text.startswith("-") and (is_change or profile.negative_comes_back):
        text, says, basis = (
            text[1:],
            Says.RETURNED if says is not Says.DECLINED else says,
            Basis.LESS,
        )
    else:
        basis = Basis.MORE if is_change else Basis.TOTAL
        says = Says.AMENDED if is_change and says is Says.REPORTED else says
    text = _with_dot(profile, text, names[0])
    currency = found.get("currency")
    if currency is None and "currency" in profile.fields and says is not Says.REPORTED:
        return says, basis, None, text
    money = (
        _minor(text, currency, names)
        if profile.decimal == "minor"
        else decimal_money(text, currency, names)
    )
    return says, basis, _times(profile, found, money), None


def _with_dot(profile: Profile, text: str, name: str) -> str:
    if profile.decimal != "comma":
        return text
    if "." in text:
        why = f"{name}: {text[:50]!r} has a full stop; this profile's decimals have a comma."
        raise Refused(Code.INVALID_AMOUNT, why, name)
    return text.replace(",", ".")


def _minor(text: str, currency: str | None, names: tuple[str, str]) -> Money | None:
    money = decimal_money("0", currency, names)
    assert money is not None
    if not (text.isascii() and text.isdecimal()) or int(text) > LARGEST_AMOUNT_MINOR:
        raise Refused(Code.INVALID_AMOUNT, f"{names[0]}: Not whole minor units.", names[0])
    return Money(int(text), money.currency)


def _times(profile: Profile, found: Found, money: Money | None) -> Money | None:
    pieces = _whole(profile, found, "quantity", _MOST_PIECES)
    if money is None or pieces is None:
        return money
    if money.amount_minor * pieces > LARGEST_AMOUNT_MINOR:
        name = _name(profile, "amount")
        raise Refused(Code.INVALID_AMOUNT, f"{name}: Times {pieces} it is too much.", name)
    return Money(money.amount_minor * pieces, money.currency)


def _whole(profile: Profile, found: Found, ours: str, most: int) -> int | None:
    text = found.get(ours)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):  # noqa: PLR2004
        name = _name(profile, ours)
        raise Refused(Code.INVALID_FIELDS, f"{name}: Not a whole number from 1 to {most}.", name)
    return int(text)


def _moment(profile: Profile, found: Found, ours: str) -> datetime | None:
    text = found.get(ours)
    if text is None:
        return None
    for shape in profile.moments:
        moment = _as_moment(text, shape, profile.zone)
        if moment is not None and _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return moment
    name = _name(profile, ours)
    why = f"{name}: {text[:50]!r} is no moment written as {' or '.join(profile.moments)}."
    raise Refused(Code.INVALID_FIELDS, why, name)


@lru_cache(maxsize=4096)
def _as_moment(text: str, shape: str, zone: str) -> datetime | None:
    try:
        if shape == "unix":
            fits = text.isascii() and text.isdecimal() and len(text) <= 10  # noqa: PLR2004
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


def _is_keyed_by_click(profile: Profile, record: Mapping[str, str]) -> bool:
    """Tell whether the order has no id of its own, so that its click stands for it."""
    place = profile.fields["order_id"]
    return place.otherwise != "click_id" or not any(record.get(name) for name in place.names)
