"""Marshmallow fields for values that a person wrote as text: strict, with advice in each fault."""

import re
import unicodedata
from datetime import UTC, date, datetime, time
from ipaddress import AddressValueError, IPv4Address
from typing import Any, NoReturn

from marshmallow import ValidationError, fields, validate

from services.catalog.domain import EARLIEST, FIRST_YEAR, LAST_YEAR, LATEST
from services.catalog.files.located import PROBLEMS_SHOWN
from services.catalog.rates import Rate, excluded, flat, ordered, percent
from shared.months import PROGRAMME_ZONE

OTHERS = "others"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})+", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?\s?%", re.ASCII)
_RUBLES = re.compile(r"([0-9]{1,6})\s?(?:₽|rub|rubles)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_LINK = re.compile(
    rf"https?://(?P<host>{_LABEL}(\.{_LABEL})*)(:(?P<port>[1-9][0-9]{{0,4}}))?"
    r"(?P<rest>[/?][!#-&(-;=?-\[\]^_a-z~]*)",
    re.ASCII | re.IGNORECASE,
)
_LONGEST_LINK = 2000
_LONGEST_HOST = 253
_HIGHEST_PORT = 65_535
_WHOLE_SHARE = 10_000
_RATES_AT_MOST = 50
_LONGEST_CATEGORY = 100


class Text(fields.Field[str]):
    """Plain text of a limited length: no markup, no control characters."""

    def __init__(self, longest: int, **options: Any) -> None:
        super().__init__(**options)
        self._longest = longest

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        text = " ".join(_text(value).split())
        if not text:
            _refuse("Write something here, or leave the field out.")
        if len(text) > self._longest:
            _refuse(f"At most {self._longest} characters; these are {len(text)}.")
        if "<" in text or ">" in text:
            _refuse("Plain text only: leave out < and >.")
        return text


class Slug(fields.Field[str]):
    """A name for addresses: `home-market`."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        text = _text(value)
        if not _SLUG.fullmatch(text) or len(text) > 64:  # noqa: PLR2004 - the contract's length
            _refuse("Small letters, digits and single hyphens, at most 64: home-market.")
        return text


class WholeNumber(fields.Field[int]):
    """Digits between two limits."""

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(**options)
        self._least, self._most = least, most

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        text = _text(value)
        if not _WHOLE.fullmatch(text) or not self._least <= int(text) <= self._most:
            _refuse(f"A whole number from {self._least} to {self._most}.")
        return int(text)


class Moment(fields.Field[datetime]):
    """A moment with its offset, or a date, which is its midnight in Moscow."""

    def _deserialize(self, value: object, *_: object, **__: object) -> datetime:
        moment = _moment(_text(value))
        if moment is None:
            _refuse("A date 2026-11-27, or a moment with its offset 2026-11-27T18:00+03:00.")
        if not EARLIEST <= moment < LATEST:
            _refuse(f"Not of the years {FIRST_YEAR} to {LAST_YEAR}.")
        return moment.astimezone(UTC)


class Host(fields.Field[str]):
    """A host name, compared exactly later: no scheme, no port, no wildcard."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        text = _text(value).lower()
        if not _HOST.fullmatch(text) or len(text) > _LONGEST_HOST:
            _refuse("A host name alone, such as www.example.com.")
        return text


class TrackingUrl(fields.Field[str]):
    """The store's link: `{click_id}` once in its path or query, and perhaps `{deep_link}`."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        text = _text(value)
        if not _is_tracking_url(text):
            _refuse("An http(s) link, {click_id} once in its path or query.")
        return text


class Rates(fields.Field[tuple[Rate, ...]]):
    """A mapping of category to rate: `{others: 7%, phones: 500 rub, gift-cards: excluded}`."""

    def _deserialize(self, value: object, *_: object, **__: object) -> tuple[Rate, ...]:
        if not isinstance(value, dict) or not value:
            _refuse("Say what goods earn: {others: 7%, gift-cards: excluded}.")
        if len(value) > _RATES_AT_MOST:
            _refuse(f"At most {_RATES_AT_MOST} categories.")
        rates, faults = [], {}
        for name, said in value.items():
            try:
                rates.append(_rate(_category(name), _text(said)))
            except ValidationError as fault:
                faults[name] = fault.messages
        if faults:
            raise ValidationError(faults)
        return ordered(rates)


class Several(fields.List[Any]):
    """A list that is counted before its elements are read; too many wrong ones end the reading."""

    def __init__(self, one: Any, *, most: int, least: int = 0, **options: Any) -> None:
        super().__init__(one, **options)
        self._count = validate.Length(least, most)

    def _deserialize(self, value: object, *_: object, **__: object) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")  # noqa: EM101 - a key
        self._count(value)
        found: list[Any] = []
        faults: dict[int, Any] = {}
        for index, one in enumerate(value):
            try:
                found.append(self.inner.deserialize(one))
            except ValidationError as fault:
                faults[index] = fault.messages
            if len(faults) == PROBLEMS_SHOWN:
                break
        if faults:
            raise ValidationError(faults)
        return found


def _refuse(message: str) -> NoReturn:
    raise ValidationError(message) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        _refuse("Write one value here, as text.")
    bad = next((one for one in value if _unprintable(one)), None)
    if bad is not None:
        _refuse(f"The character U+{ord(bad):04X} is not accepted.")
    return value.strip()


def _unprintable(one: str) -> bool:
    # Cc: control, Cs: half a surrogate pair, Co and Cn: no letter at all; line ends become spaces.
    return unicodedata.category(one) in {"Cc", "Cs", "Co", "Cn"} and one not in "\n\r\t"


def _moment(text: str) -> datetime | None:
    """Read a moment as it is written, a date as midnight in Moscow; None where it is neither."""
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), PROGRAMME_ZONE)
    except ValueError:
        return None
    return None


def _category(name: str) -> str | None:
    if name == OTHERS:
        return None
    text = Text(_LONGEST_CATEGORY).deserialize(name)
    if not text or any(one in text for one in "=|;"):
        _refuse("A category is a short text without = | and ;.")
    return text


def _rate(category: str | None, text: str) -> Rate:
    if text == "excluded":
        return excluded(category)
    if match := _RUBLES.fullmatch(text):
        if int(match[1]):
            return flat(category, int(match[1]))
    elif match := _PERCENT.fullmatch(text):
        basis_points = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
        if 0 < basis_points <= _WHOLE_SHARE:
            return percent(category, basis_points)
    _refuse("A rate is 7%, 7.5% (at most 100%), 500 rub, or the word excluded.")


def _is_tracking_url(text: str) -> bool:
    if text.count("{click_id}") != 1 or text.count("{deep_link}") > 1 or len(text) > _LONGEST_LINK:
        return False
    filled = text.replace("{click_id}", "").replace("{deep_link}", "")
    match = _LINK.fullmatch(filled)
    if match is None or not _is_host(match["host"]) or int(match["port"] or 80) > _HIGHEST_PORT:
        return False
    # Both places lie behind the host: nobody is sent to a host that a click names.
    return "{" not in text[: match.start("rest") + 1]


def _is_host(text: str) -> bool:
    if not text.rpartition(".")[2].isdigit():
        return len(text) <= _LONGEST_HOST
    try:
        IPv4Address(text)  # a name never ends in digits
    except AddressValueError:
        return False
    return True
