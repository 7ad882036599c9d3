"""Which passwords are good enough: rules that a page can show while somebody types."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path

SHORTEST, LONGEST = 8, 128
# What may be sent at all; more is a mistake or an attack, and would cost time to hash.
LARGEST_INPUT = 1024
_COMMON = Path(__file__).with_name("common.txt")
# Letters that people put a figure or a sign for.
_SPELT = str.maketrans("013457@$!", "oieastasi")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_SHORTEST_NAME = 4


class Rule(StrEnum):
    """What a password may break."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NO_LOWER_CASE = "no_lower_case"
    NO_UPPER_CASE = "no_upper_case"
    NO_DIGIT = "no_digit"
    TOO_COMMON = "too_common"
    LIKE_PHONE_OR_EMAIL = "like_phone_or_email"


SENTENCES = {
    Rule.TOO_SHORT: f"Use at least {SHORTEST} characters.",
    Rule.TOO_LONG: f"Use at most {LONGEST} characters.",
    Rule.NO_LOWER_CASE: "Use at least one small letter.",
    Rule.NO_UPPER_CASE: "Use at least one capital letter.",
    Rule.NO_DIGIT: "Use at least one digit.",
    Rule.TOO_COMMON: "Many people use this password; choose another one.",
    Rule.LIKE_PHONE_OR_EMAIL: "It must not be like your phone number or your e-mail.",
}


class WeakPassword(ValueError):
    """The password breaks some rules."""

    code = "weak_password"

    def __init__(self, broken: Sequence[Rule]) -> None:
        self.more = {
            "broken": [rule.value for rule in broken],
            "errors": [{"field": "password", "message": SENTENCES[rule]} for rule in broken],
        }
        super().__init__("password: " + " ".join(SENTENCES[rule] for rule in broken))


def normalised(password: str) -> str:
    """Answer a password as it is hashed: keyboards write one letter as one or two characters."""
    return unicodedata.normalize("NFC", password)


def check(password: str, phone: str | None, email: str | None) -> None:
    """See that a password is good enough for who has this phone and e-mail; raises WeakPassword."""
    broken = broken_rules(password, phone, email)
    if broken:
        raise WeakPassword(broken)


def broken_rules(password: str, phone: str | None, email: str | None) -> list[Rule]:
    """Answer the rules that a password breaks, in the order in which they are shown.

    Letters of any script count; one without small and capital letters has neither. Examples:
    `summer` breaks too_short, no_upper_case, no_digit; `Password123` breaks too_common.
    """
    text = normalised(password)
    found = {
        Rule.TOO_SHORT: len(text) < SHORTEST,
        Rule.TOO_LONG: len(text) > LONGEST,
        Rule.NO_LOWER_CASE: not any(one.islower() for one in text),
        Rule.NO_UPPER_CASE: not any(one.isupper() for one in text),
        Rule.NO_DIGIT: not any(one.isdecimal() for one in text),
        Rule.TOO_COMMON: _is_common(text[:LONGEST]),
        Rule.LIKE_PHONE_OR_EMAIL: _is_like(text[:LONGEST], phone, email),
    }
    return [rule for rule, is_broken in found.items() if is_broken]


def _is_common(text: str) -> bool:
    # A common word stays one with a capital, a year and a mark: `Qwerty2026!`.
    plain = text.casefold()
    known = common()
    bare = _EDGES.sub("", plain)
    spelt = bare.translate(_SPELT)
    return bool({plain, bare, spelt} & known) or 0 < len(set(plain)) <= 2  # noqa: PLR2004 - `aaAA1111` has more


def _is_like(text: str, phone: str | None, email: str | None) -> bool:
    plain = text.casefold()
    digits = re.sub(r"\D", "", plain)
    if phone and len(digits) >= SHORTEST and digits in phone:
        return True
    if not email:
        return False
    name = email.partition("@")[0]
    is_name = len(name) >= _SHORTEST_NAME and _EDGES.sub("", plain) == _EDGES.sub("", name)
    is_part = len(plain) >= SHORTEST and plain in email
    return is_part or email in plain or is_name


@cache
def common() -> frozenset[str]:
    """Answer the words that are common as passwords, small letters."""
    return frozenset(_COMMON.read_text(encoding="utf-8").split())
