"""Orders as partners tell them, message by message, and what they end in, whatever the order."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count, product
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from msgspec.structs import replace

from services.partner_postback.deciding import Deciding
from services.partner_postback.domain.algebra import Basis, Message, Says
from services.partner_postback.domain.attribution import Click, Conversion, Store
from services.partner_postback.formats.request import RawRequest
from services.partner_postback.known import Known
from services.partner_postback.verdicts import Arrival, Verdict
from shared.money import Money
from tests.unit.partner_postback.messages import ORDERED_AT, one_of_each, perhaps, rubles

PARTNER = "global-mall"
NOW = ORDERED_AT + timedelta(days=60)
CLICK, OTHER, BAD = "c" * 64, "d" * 64, "e" * 64
CLICKS = {
    CLICK: Click(UUID(int=7), ORDERED_AT - timedelta(hours=1), 1),
    OTHER: Click(UUID(int=8), ORDERED_AT - timedelta(hours=1), 1),
    BAD: None,
}
STORES = {1: Store("aliexpress", 30, [PARTNER])}
# No sum of parts of an order ends like this.
NEVER_THE_SUM = 987_654_321


def untouched(cap_rubles: int | None = None) -> Known:
    caps = {} if cap_rubles is None else {"aliexpress": cap_rubles}
    return Known({}, {}, STORES, {"EUR": 98_450_000}, {}, caps=caps)


class Intake:
    """Decides batch by batch and tries what is held again as work/held.py does."""

    def __init__(self, cap_rubles: int | None = None) -> None:
        self.known = untouched(cap_rubles)
        self._waiting: dict[UUID, Arrival] = {}
        self._due: set[UUID] = set()
        self._seconds = count()

    def take(self, *messages: Message) -> list[str]:
        """Take a batch; answers each verdict's code."""
        return self._decide([self._arrival(one) for one in messages])

    def retry(self) -> None:
        """Try what was woken, until nothing changes."""
        while self._due:
            due, self._due = self._due, set()
            arrivals = [self._waiting.pop(one) for one in list(self._waiting) if one in due]
            self._decide(arrivals)

    def _decide(self, arrivals: Sequence[Arrival]) -> list[str]:
        batch = Deciding(self.known, CLICKS, NOW)
        outcomes = [batch.take(arrival) for arrival in arrivals]
        for arrival, one in zip(arrivals, outcomes, strict=True):
            if one.verdict is Verdict.HELD:
                self._waiting[arrival.receipt_id] = arrival
        woken = {order_id for _, order_id in batch.woken}
        self._due |= {key for key, one in self._waiting.items() if _message(one).order_id in woken}
        return [one.code for one in outcomes]

    def _arrival(self, message: Message) -> Arrival:
        received_at = NOW + timedelta(seconds=next(self._seconds))
        request = RawRequest("signed", "POST", b"", b"", received_at)
        return Arrival(uuid4(), PARTNER, request, message)


def _message(arrival: Arrival) -> Message:
    assert isinstance(arrival.said, Message)
    return arrival.said


def outcome(intake: Intake) -> list[tuple[object, ...]]:
    """What the conversions are in the end: all but how often and by which request they changed."""
    lines = sorted(intake.known.conversions.values(), key=lambda one: (one.line_id, one.action))
    return [_of(one) for one in lines]


def _of(one: Conversion) -> tuple[object, ...]:
    fixed = (one.line_id, one.action, one.store_id, one.member_id, one.click_id, one.currency)
    return (*fixed, one.rate_micro, one.state)


_SUMS = [rubles(hundreds * 100) for hundreds in range(1, 9)]
_MOMENTS = [ORDERED_AT + timedelta(minutes=after) for after in range(5)]
_CLICKS = [None, CLICK, OTHER]
_EVENTS = [None, "e-1", "e-2"]


# What is held, for a while or for ever, or says its sum in another way.
_ODDITIES: dict[str, dict[str, Any]] = {
    "none": {},
    "large": {"amount": rubles(10**10), "basis": Basis.TOTAL},
    # Outside of the attribution window.
    "late": {"ordered_at": ORDERED_AT + timedelta(days=45)},
    "bad click": {"click_id": BAD},
    # The partner finds its order by the key, whatever the click.
    "key alone": {"click_id": BAD, "ignores_click": True},
    "currency": {"amount": Money(500, "EUR")},
    "text": {"amount": None, "amount_text": "300.00"},
}
_ODD = ["none", "none", "large"]

_said = one_of_each(
    list(Says), [Basis.TOTAL, Basis.LESS, Basis.MORE], [None, "cancelled"], [True, False], _EVENTS
)
_complete = one_of_each(
    _SUMS, perhaps(_MOMENTS), [None, "books", "phones"], [0, 1],
    [*_ODD, "late", "bad click", "key alone"],
)  # fmt: skip
_partly = one_of_each(
    perhaps(_SUMS), perhaps(_MOMENTS), [None, "books", "phones"], _CLICKS,
    [*_ODD, "currency", "text"],
)  # fmt: skip


@st.composite
def later(draw: st.DrawFn, line_id: str, action: str, lines: int | None) -> Message:
    """Anything that may be said of a line, complete enough to be its first message or not."""
    says, basis, reason, is_complete, event_id = draw(_said)
    click_id, ordered_at = CLICK, None
    if is_complete:
        amount, status_at, category, after, oddity = draw(_complete)
        ordered_at = ORDERED_AT + timedelta(minutes=after)
    else:
        amount, status_at, category, click_id, oddity = draw(_partly)
        if not amount and oddity in {"currency", "text"}:
            oddity = "none"
    message = Message(
        order_id="A-1",
        line_id=line_id,
        action=action,
        says=says,
        status_at=status_at,
        click_id=click_id,
        amount=amount,
        basis=Basis.TOTAL if is_complete or says is Says.REPORTED or amount is None else basis,
        category=category,
        ordered_at=ordered_at,
        reason=reason,
        event_id=event_id,
        lines=lines,
    )
    return replace(message, **_ODDITIES[oddity])


def report(line_id: str, action: str, amount: Money, lines: int | None) -> Message:
    return Message(
        order_id="A-1",
        line_id=line_id,
        action=action,
        says=Says.REPORTED,
        status_at=ORDERED_AT,
        click_id=CLICK,
        amount=amount,
        ordered_at=ORDERED_AT,
        lines=lines,
    )


_of_whole = one_of_each(
    [one for one in Says if one is not Says.REPORTED], list(Basis), ["", "sale"],
    perhaps(_MOMENTS), _CLICKS, [None, "e-1"],
)  # fmt: skip
_no_sum = st.none()
_perhaps_a_sum = st.sampled_from(perhaps(_SUMS))


@st.composite
def of_whole_order(draw: st.DrawFn, amounts: st.SearchStrategy[Money | None]) -> Message:
    says, basis, action, status_at, click_id, event_id = draw(_of_whole)
    amount = draw(amounts)
    return Message(
        order_id="A-1",
        line_id="",
        action=action,
        says=says,
        status_at=status_at,
        click_id=click_id,
        amount=amount,
        basis=basis if amount else Basis.TOTAL,
        event_id=event_id,
    )


_some_of_whole = st.lists(of_whole_order(_no_sum), max_size=2)
_some_with_sums = st.lists(of_whole_order(_perhaps_a_sum), max_size=2)
_shapes = one_of_each(
    [[("1", "sale")], [("1", "sale"), ("2", "sale")], [("1", "sale"), ("1", "lead")],
     [("1", "sale"), ("2", "sale"), ("3", "sale")]],
    [False, True], [False, True],
)  # fmt: skip
# A line may have no report at all; how many messages follow, and which of them count the lines.
_lines = one_of_each(range(10), _SUMS, range(4), list(product([False, True], repeat=3)))


@st.composite
def orders(draw: st.DrawFn) -> list[Message]:
    """An order of one to three lines; where it is a cart, an amount may be of the whole of it.

    What hangs on the order of arrival by nature is left out, as `fold` says: a second valid click
    or currency among the first messages, `only_first_counts`, `ordered_on_arrival`, counts of lines
    that differ, an amount of the whole where a line of several may be known alone, or one that is
    not the sum of all lines at its moment.
    """
    keys, may_be_cart, may_name_sum = draw(_shapes)
    is_cart = may_be_cart and len({line for line, _ in keys}) == len(keys)
    lines = len(keys) if is_cart else None
    names_sum = may_name_sum and is_cart and len(keys) > 1
    said: list[Message] = []
    for line_id, action in keys:
        has_report, reported, followed, counts = draw(_lines)
        if has_report:
            said.append(report(line_id, action, reported, lines))
        said += [
            draw(later(line_id, action, lines if names_sum or count_too else None))
            for count_too in counts[:followed]
        ]
    said += draw(_some_with_sums if len(keys) == 1 else _some_of_whole)
    return [*said, draw(of_all_lines(said))] if names_sum else said


@st.composite
def of_all_lines(draw: st.DrawFn, said: list[Message]) -> Message:
    """A message about the whole of an order that names its sum, or one that nothing ever is."""
    message = replace(draw(of_whole_order(_no_sum)), action="")
    intake = Intake()
    intake.take(*said)
    intake.retry()
    lines = intake.known.lines_of((PARTNER, "A-1"))

    def summed(at: Message) -> int:
        return sum(intake.known.paid_minor(one, at) for one in lines)

    named, says_total = draw(st.sampled_from([summed(message), NEVER_THE_SUM])), draw(st.booleans())
    basis = Basis.TOTAL if says_total or message.says is not Says.RETURNED else Basis.LESS
    message = replace(message, amount=Money(named, "RUB"), basis=basis)
    if summed(message) == named:
        return message
    # Its own amount moves it before or behind what was said in the same minute.
    return replace(message, amount=Money(NEVER_THE_SUM, "RUB"))
