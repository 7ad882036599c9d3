"""What was typed into the one search field: a phone, an id, a click or an order; pure rules."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import phonenumbers

_CLICK = re.compile(r"[A-Za-z0-9_-]{64}", re.ASCII)
_PHONE = re.compile(r"[+0-9][0-9 ()./-]{5,24}")
LONGEST = 200


class Kind(StrEnum):
    """What a text may name."""

    PHONE = "phone"
    CLICK = "click"
    ID = "id"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Guess:
    """One reading of what was typed, with the text as the services take it."""

    kind: Kind
    text: str


def recognise(typed: str) -> list[Guess]:
    """Answer what a text may be, the likeliest first; an order can look like anything.

    `+7 926 123-45-67` is a phone and `8 926 123 45 67` too; a uuid is an id of anything of ours; 64
    letters and digits are a click; everything may be an order's number.
    """
    text = " ".join(typed.split())[:LONGEST]
    if not text:
        return []
    guesses = []
    if (phone := _phone(text)) is not None:
        guesses.append(Guess(Kind.PHONE, phone))
    if (known := _uuid(text)) is not None:
        guesses.append(Guess(Kind.ID, known))
    if _CLICK.fullmatch(text):
        guesses.append(Guess(Kind.CLICK, text))
    return [*guesses, Guess(Kind.ORDER, text)]


def _phone(text: str) -> str | None:
    if not _PHONE.fullmatch(text):
        return None
    # As it is dialled in Russia: 8 926 …; or whole without its plus: 7926…, 4670….
    for candidate, region in ((text, "RU"), (f"+{text.lstrip('+')}", None)):
        try:
            number = phonenumbers.parse(candidate, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(text)) if len(text) in (32, 36) else None
    except ValueError:
        return None
