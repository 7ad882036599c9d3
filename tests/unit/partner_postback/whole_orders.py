"""Orders as partners tell them, message by message, and what they end in, whatever the order."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
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
from tests.unit.partner_postback.messages import ORDERED_AT, rubles

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
        self._due |= {key for key, one in self._waiting.items() if _said(one).order_id in woken}
        return [one.code for one in outcomes]

    def _arrival(self, message: Message) -> Arrival:
        received_at = NOW + timedelta(seconds=next(self._seconds))
        request = RawRequest("signed", "POST", b"", b"", received_at)
        return Arrival(uuid4(), PARTNER, request, message)


def _said(arrival: Arrival) -> Message:
    assert isinstance(arrival.said, Message)
    return arrival.said


def outcome(intake: Intake) -> list[tuple[object, ...]]:
    """What the conversions are in the end: all but how often and by which request they changed."""
    lines = sorted(intake.known.conversions.values(), key=lambda one: (one.line_id, one.action))
    return [_of(one) for one in lines]


def _of(one: Conversion) -> tuple[object, ...]:
    fixed = (one.line_id, one.action, one.store_id, one.member_id, one.click_id, one.currency)
    return (*fixed, one.rate_micro, one.state)


moments = st.none() | st.integers(0, 4).map(lambda after: ORDERED_AT + timedelta(minutes=after))
sums = st.integers(1, 8).map(lambda hundreds: rubles(hundreds * 100))


@st.composite
def later(draw: st.DrawFn, line_id: str, action: str, lines: int | None) -> Message:
    """Anything that may be said of a line, complete enough to be its first message or not."""
    says = draw(st.sampled_from(list(Says)))
    basis = draw(st.sampled_from([Basis.TOTAL, Basis.LESS, Basis.MORE]))
    is_complete = draw(st.booleans())
    amount = draw(sums) if is_complete else draw(st.none() | sums)
    message = Message(
        order_id="A-1",
        line_id=line_id,
        action=action,
        says=says,
        status_at=draw(moments),
        click_id=CLICK if is_complete else draw(st.sampled_from([None, CLICK, OTHER])),
        amount=amount,
        basis=Basis.TOTAL if is_complete or says is Says.REPORTED or amount is None else basis,
        category=draw(st.sampled_from([None, "books", "phones"])),
        ordered_at=ORDERED_AT + timedelta(minutes=draw(st.integers(0, 1))) if is_complete else None,
        reason=draw(st.sampled_from([None, "cancelled"])),
        event_id=draw(st.sampled_from([None, "e-1", "e-2"])),
        lines=lines,
    )
    return _odd(draw, message, is_complete=is_complete)


def _odd(draw: st.DrawFn, message: Message, *, is_complete: bool) -> Message:
    """What is held, for a while or for ever, or says its sum in another way."""
    oddities = ["none", "none", "large"]
    if is_complete:
        oddities += ["late", "bad click", "key alone"]
    elif message.amount:
        oddities += ["currency", "text"]
    changes: dict[str, dict[str, Any]] = {
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
    return replace(message, **changes[draw(st.sampled_from(oddities))])


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


@st.composite
def of_whole_order(draw: st.DrawFn, amounts: st.SearchStrategy[Money | None]) -> Message:
    says = draw(st.sampled_from([one for one in Says if one is not Says.REPORTED]))
    amount = draw(amounts)
    basis = draw(st.sampled_from(list(Basis))) if amount else Basis.TOTAL
    return Message(
        order_id="A-1",
        line_id="",
        action=draw(st.sampled_from(["", "sale"])),
        says=says,
        status_at=draw(moments),
        click_id=draw(st.sampled_from([None, CLICK, OTHER])),
        amount=amount,
        basis=basis,
        event_id=draw(st.sampled_from([None, "e-1"])),
    )


@st.composite
def orders(draw: st.DrawFn) -> list[Message]:
    """An order of one to three lines; where it is a cart, an amount may be of the whole of it.

    What hangs on the order of arrival by nature is left out, as `fold` says: a second valid click
    or currency among the first messages, `only_first_counts`, `ordered_on_arrival`, counts of lines
    that differ, an amount of the whole where a line of several may be known alone, or one that is
    not the sum of all lines at its moment.
    """
    keys = draw(
        st.sampled_from(
            [[("1", "sale")], [("1", "sale"), ("2", "sale")], [("1", "sale"), ("1", "lead")],
             [("1", "sale"), ("2", "sale"), ("3", "sale")]]
        )
    )  # fmt: skip
    is_cart = len({line for line, _ in keys}) == len(keys) and draw(st.booleans())
    lines = len(keys) if is_cart else None
    names_sum = is_cart and len(keys) > 1 and draw(st.booleans())
    said: list[Message] = []
    for line_id, action in keys:
        if draw(st.integers(0, 9)):  # a line may have no report at all
            said.append(report(line_id, action, draw(sums), lines))
        counted = st.just(lines) if names_sum else st.sampled_from([None, lines])
        said += [
            draw(later(line_id, action, draw(counted))) for _ in range(draw(st.integers(0, 3)))
        ]
    amounts = st.none() | sums if len(keys) == 1 else st.none()
    said += draw(st.lists(of_whole_order(amounts), max_size=2))
    return [*said, draw(of_all_lines(said))] if names_sum else said


@st.composite
def of_all_lines(draw: st.DrawFn, said: list[Message]) -> Message:
    """A message about the whole of an order that names its sum, or one that nothing ever is."""
    message = replace(draw(of_whole_order(st.none())), action="")
    intake = Intake()
    intake.take(*said)
    intake.retry()
    lines = intake.known.lines_of((PARTNER, "A-1"))
    paid_minor = sum(intake.known.paid_minor(one, message) for one in lines)
    amount_minor = draw(st.sampled_from([paid_minor, NEVER_THE_SUM]))
    says_total = draw(st.booleans()) or message.says is not Says.RETURNED
    return replace(
        message,
        amount=Money(amount_minor, "RUB"),
        basis=Basis.TOTAL if says_total else Basis.LESS,
    )
