"""Claims in words, and the form of a new one read: the store, the order, the day, the sum."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from services.account.refusals import Sentences, tell
from services.account.services import Refused
from services.account.telling.periods import end_of, read_day
from shared.pages.form import Form
from shared.pages.words import gettext, marked
from shared.pages.written import day
from shared.schemas import rfc3339

LARGEST_BYTES = 5 * 1024 * 1024
CURRENCIES = ("RUB", "USD", "EUR", "CNY")
OPEN = {"opened", "sent", "answered"}
STATES = {
    "opened": ("soon", marked("We are looking into it")),
    "sent": ("soon", marked("The store was asked")),
    "answered": ("soon", marked("The store has answered")),
    "accepted": ("good", marked("Accepted")),
    "refused": ("bad", marked("Refused")),
    "withdrawn": ("", marked("Withdrawn")),
    "settled": ("good", marked("Settled by the store")),
}
STEPS = {
    "opened": marked("The claim was opened"),
    "sent": marked("It was sent to the store"),
    "answered": marked("The store answered"),
    "accepted": marked("It was accepted"),
    "refused": marked("It was refused"),
    "withdrawn": marked("It was withdrawn"),
    "settled": marked("The store decided on the purchase by itself"),
}
_TOO_LARGE = marked("The file is larger than 5 MB. A smaller photo is enough.")
_NO_KIND = marked("Attach a photo (PNG or JPG), a PDF or a text file.")
REFUSALS: Sentences = {
    "has_bonus": ("order", marked("This order has its bonus already.")),
    "no_click": (
        "ordered_on",
        marked(
            "We see no visit of yours to this store through us before that day. Look at the day and"
            " the store; without such a visit an order earns nothing."
        ),
    ),
    "in_the_future": ("ordered_on", marked("This day has not come yet.")),
    "unknown_store": ("store", marked("We know no such store.")),
    "too_many_claims": ("", marked("Twenty claims are open. Please wait for the first answers.")),
    "claim_in_another_state": ("", marked("This claim has ended: nothing can be changed.")),
    "claim_changed_meanwhile": ("", marked("The claim has just changed. Look at it again.")),
    "wrong_extension": ("file", _NO_KIND),
    "wrong_type": (
        "file",
        marked("The file was not taken: its content is not what its name says."),
    ),
    "file_too_large": ("file", _TOO_LARGE),
    "file_cut_short": ("file", marked("The file arrived empty or cut short. Send it again.")),
    "invalid_fields": ("order", marked("Look at the order's number and the sum once more.")),
}
_KINDS = {".png", ".jpg", ".jpeg", ".pdf", ".txt"}
_LONGEST_NAME = 100
_LONGEST_ORDER = 255
_NOT_IN_NAMES = re.compile(r'[/\\"\x00-\x1f\x7f]')
_SUM = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class File:
    """A file that was sent along, read to its limit and one byte more."""

    name: str
    content: bytes

    def faults(self) -> list[tuple[str, str]]:
        """Say what is wrong with it before a claim is opened for it."""
        if len(self.content) > LARGEST_BYTES:
            return [("file", gettext(_TOO_LARGE))]
        if PurePosixPath(self.name.lower()).suffix not in _KINDS:
            return [("file", gettext(_NO_KIND))]
        return []


def file_name(sent: str) -> str:
    r"""Answer a file's name without what no name needs; of a long one, the end that tells its kind.

    Example: `C:\\photos\\receipt.JPG` is `receipt.JPG`.
    """
    plain = _NOT_IN_NAMES.sub("", re.split(r"[/\\]", sent)[-1]).strip()
    return plain[-_LONGEST_NAME:] or "file"


def read(form: Form, stores: Sequence[Mapping[str, Any]], now: datetime) -> dict[str, Any] | None:
    """Read the form of a new claim as bonus_status takes it; None with the faults on the form."""
    store_id = _store(form, stores)
    if not 0 < len(form["order"]) <= _LONGEST_ORDER or not form["order"].isprintable():
        form.refuse([("order", gettext("Give the order's number as the store wrote it to you."))])
    ordered_on = read_day(form, "ordered_on")
    if ordered_on is None and "ordered_on" not in form.errors:
        form.refuse([("ordered_on", gettext("Give the day of the order."))])
    amount = minor(form["amount"])
    if not amount:
        form.refuse([("amount", gettext("Give what you paid, such as 1250 or 1250.50."))])
    if form.errors or ordered_on is None:
        return None
    # The hour is not asked for: a visit to the store on the same day came before the order.
    return {
        "store_id": store_id,
        "order_id": form["order"],
        "ordered_at": rfc3339(end_of(ordered_on, now)),
        "amount_minor": amount,
        "currency": form["currency"] if form["currency"] in CURRENCIES else "RUB",
    }


def minor(text: str) -> int | None:
    """Read a sum as people write it, in hundredths: `1 250,50` is 125050; None for what is none."""
    found = _SUM.fullmatch("".join(text.split()).replace(",", "."))
    return None if found is None else int(Decimal(found[0]) * 100)


def refused(form: Form, refusal: Refused) -> Form:
    """Note what bonus_status refused; before the store's deadline, the day to wait for."""
    if refusal.code != "too_early":
        return tell(form, refusal, REFUSALS)
    sentence = gettext(
        "It is still early: the store has until %(day)s to confirm this purchase. If nothing has"
        " come by then, send the claim."
    )
    return form.refuse([("", sentence % {"day": day(refusal.problem["promised_at"])})])


def _store(form: Form, stores: Sequence[Mapping[str, Any]]) -> str:
    wanted = form["store"].casefold()
    named = [one for one in stores if wanted in {one["name"].casefold(), one["store_id"]}]
    chosen = [one for one in stores if one["store_id"] == form["store_id"]]
    for found in (chosen, named, stores):
        if wanted and len(found) == 1:
            return str(found[0]["store_id"])
    if not wanted:
        fault = ("store", gettext("Give the store's name."))
    elif not stores:
        fault = ("store", gettext("We know no store of this name. Look at it once more."))
    else:
        fault = ("store", gettext("Several stores are called so: choose one below."))
    form.refuse([fault])
    return ""
