"""The fields of an act's form, and reading what was typed into them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.money import InvalidAmount, parse_money
from shared.pages.form import Form
from shared.pages.words import gettext, marked

_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` says how it is shown and read."""

    name: str
    label: str
    kind: str = "line"
    optional: bool = False
    longest: int = 200
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


REASON = Field(
    "reason", marked("Reason"), "area", hint=marked("It is kept, and the next clerk reads it.")
)
NOTE = Field("reason", marked("Reason"), "area", optional=True)


def hidden(name: str) -> Field:
    """Answer a field that the page fills in: what the clerk looked at when he decided."""
    return Field(name, "", "hidden")


def hidden_number(name: str) -> Field:
    """Answer the same for a whole number, such as a version."""
    return Field(name, "", "hidden_number")


def read(form: Form, fields: Sequence[Field]) -> dict[str, object]:
    """Answer the values as an API takes them; faults are noted in the form beside their fields."""
    values: dict[str, object] = {}
    for field in fields:
        text = form[field.name]
        if not text:
            if not field.optional:
                form.refuse([(field.name, gettext("Fill this in."))])
            continue
        if len(text) > field.longest:
            said = gettext("At most %(number)s characters.") % {"number": field.longest}
            form.refuse([(field.name, said)])
        elif _UNKEEPABLE.search(text):
            form.refuse([(field.name, gettext("It has a character that cannot be kept."))])
        else:
            _put(form, field, text, values)
    return values


def _put(form: Form, field: Field, text: str, values: dict[str, object]) -> None:
    match field.kind:
        case "number" | "hidden_number":
            if _WHOLE.fullmatch(text):
                values[field.name] = int(text)
            else:
                form.refuse([(field.name, gettext("Give a whole number."))])
        case "money":
            try:
                money = parse_money(text.replace(",", ".").replace(" ", ""), "RUB")
                values[field.name] = money.amount_minor
            except InvalidAmount:
                form.refuse([(field.name, gettext("Give an amount such as 1083.29."))])
        case "choice" if text not in dict(field.choices):
            form.refuse([(field.name, gettext("Choose one of the list."))])
        case "list":
            values[field.name] = [one for one in re.split(r"[\s,;]+", text) if one]
        case _:
            values[field.name] = text


def first_values(fields: Sequence[Field], given: Mapping[str, str]) -> dict[str, str]:
    """Answer what a form begins with: what the page before named."""
    known = {field.name: field for field in fields}
    return {name: text[: known[name].longest] for name, text in given.items() if name in known}
