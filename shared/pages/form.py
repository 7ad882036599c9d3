"""A form as it is shown again: what was typed, and what to change beside each field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask import request

from shared.web import refuse_what_is_not_utf8

_LONGEST_SHOWN = 2000


@dataclass(slots=True)
class Form:
    """The values of a form's fields by name, and what is wrong with them.

    The error of the field "" belongs to the form as a whole. Example:
    `Form({"phone": "12"}, {"phone": "Give the number with its country code."})`.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    broken: Sequence[str] = ()
    """Which of a field's rules are broken, by name, where a page lists them."""

    def __getitem__(self, name: str) -> str:
        """Answer what was typed into a field, without the blanks around it; "" for nothing."""
        return self.values.get(name, "").strip()

    def typed(self, name: str) -> str:
        """Answer what a field shows again: as it was typed, but nothing of a code or a password."""
        return "" if name in self.secret else self.values.get(name, "")[:_LONGEST_SHOWN]

    def refuse(self, faults: Iterable[tuple[str, str]]) -> "Form":
        """Note faults as (field, sentence); those of a field the form has not, for the whole."""
        for name, sentence in faults:
            at = name if name in self.values else ""
            self.errors[at] = f"{self.errors[at]} {sentence}" if at in self.errors else sentence
        return self


def sent_form(*secret: str) -> Form:
    """Read the form that was sent; raises NotUtf8. Secret fields are never shown again."""
    if request.mimetype == "application/x-www-form-urlencoded":
        refuse_what_is_not_utf8(request.get_data())
    return Form(request.form.to_dict(), secret=frozenset(secret))
