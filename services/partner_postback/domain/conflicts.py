"""What keeps a message about a known conversion, or about a whole order, from counting."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from services.partner_postback.domain.algebra import Basis, Message, Says
from services.partner_postback.domain.attribution import Conversion, Hold, is_too_large
from shared.money import Money, parse_money

_STATUS_ALONE = {Says.APPROVED_UNFUNDED, Says.APPROVED, Says.DECLINED}


def in_its_currency(message: Message, currency: str) -> Message:
    """Give an amount that came without a currency that of its conversion; raises InvalidAmount."""
    if message.amount_text is None:
        return message
    amount = parse_money(message.amount_text, currency)
    return replace(message, amount=amount, amount_text=None)


def conflicts(message: Message, before: Conversion) -> Iterable[Hold]:
    """Answer what speaks against a message about a conversion as it is."""
    if _names_other_click(message, before):
        yield Hold.OTHER_CLICK
    if message.amount and message.amount.currency != before.currency:
        yield Hold.OTHER_CURRENCY
    yield from not_counted(message, before.rate_micro)


def conflicts_of_sum(before: Conversion, after: Conversion) -> Iterable[Hold]:
    """Answer what speaks against what a message would make of a conversion: sums on top pile up."""
    paid = Money(after.state.paid_minor or 0, after.currency)
    is_more = paid.amount_minor > (before.state.paid_minor or 0)
    if is_more and is_too_large(paid, after.rate_micro):
        yield Hold.AMOUNT_TOO_LARGE


def conflicts_of_order(
    message: Message, lines: Sequence[Conversion], paid_minor: int, *, more_to_come: bool
) -> Iterable[Hold]:
    """Answer what speaks against a message about a whole order of several lines.

    `paid_minor`: what was paid for them at the moment of the message; `more_to_come`: a line of the
    order is not recorded yet. An amount of the whole order says nothing about its lines, unless it
    is about all of them: of lines of 40 000, 105 000 and 50 000 it may be approved: 195 000,
    or returned: 195 000 (less).
    """
    if any(_names_other_click(message, one) for one in lines):
        yield Hold.OTHER_CLICK
    if message.amount is None:
        return
    one_currency = {one.currency for one in lines} == {message.amount.currency}
    is_of_all = one_currency and not more_to_come and _is_of_all(message, paid_minor)
    if not is_of_all:
        yield Hold.AMOUNT_OF_SEVERAL_LINES


def may_ignore_amount(message: Message) -> bool:
    """Answer whether a message about several lines says enough without its amount.

    An approval or refusal does; of a return, or a change, nobody would know which line it is of.
    """
    return message.says in _STATUS_ALONE and message.basis is Basis.TOTAL


def not_counted(message: Message, rate_micro: int | None) -> Iterable[Hold]:
    """Answer what speaks against the amount; `rate_micro`: rubles for one unit, times 10^6."""
    if rate_micro is None:
        yield Hold.NO_RATE
    elif message.amount and is_too_large(message.amount, rate_micro):
        yield Hold.AMOUNT_TOO_LARGE


def _names_other_click(message: Message, line: Conversion) -> bool:
    return bool(
        message.click_id and message.click_id != line.click_id and not message.ignores_click
    )


def _is_of_all(message: Message, paid_minor: int) -> bool:
    assert message.amount is not None
    comes_back = message.says is Says.RETURNED
    if message.basis is Basis.TOTAL:
        return message.amount.amount_minor == (0 if comes_back else paid_minor)
    is_whole = message.basis is Basis.LESS and message.amount.amount_minor == paid_minor
    return is_whole and (comes_back or message.says is Says.DECLINED)
