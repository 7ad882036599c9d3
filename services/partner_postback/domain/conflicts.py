"""What keeps a message about a known conversion, or about a whole order, from counting."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from services.partner_postback.domain.algebra import Message
from services.partner_postback.domain.attribution import Conversion, Hold, is_too_large
from shared.money import parse_money


def in_its_currency(message: Message, currency: str) -> Message:
    """Give an amount that came without a currency that of its conversion; raises InvalidAmount."""
    if message.amount_text is None:
        return message
    amount = parse_money(message.amount_text, currency)
    return replace(message, amount=amount, amount_text=None)


def conflicts(message: Message, before: Conversion) -> Iterable[Hold]:
    """Answer what speaks against a message about a conversion as it is."""
    other_click = message.click_id and message.click_id != before.click_id
    if other_click and not message.ignores_click:
        yield Hold.OTHER_CLICK
    if message.amount and message.amount.currency != before.currency:
        yield Hold.OTHER_CURRENCY
    yield from not_counted(message, before.rate_micro)


def conflict_of_order(message: Message, lines: Sequence[Conversion]) -> Hold | None:
    """Answer what speaks against a message about a whole order of these lines.

    An amount of the whole order says nothing about its lines, unless it is their sum: of lines of
    40 000, 105 000 and 50 000 it may be 195 000. Raises InvalidAmount.
    """
    names_other = message.click_id and any(message.click_id != one.click_id for one in lines)
    if names_other and not message.ignores_click:
        return Hold.OTHER_CLICK
    message = in_its_currency(message, lines[0].currency)
    if message.amount is None:
        return None
    paid_minor = sum(one.state.paid_minor or 0 for one in lines)
    one_currency = {one.currency for one in lines} == {message.amount.currency}
    if one_currency and message.amount.amount_minor == paid_minor:
        return None
    return Hold.AMOUNT_OF_SEVERAL_LINES


def not_counted(message: Message, rate_micro: int | None) -> Iterable[Hold]:
    """Answer what speaks against the amount; `rate_micro`: rubles for one unit, times 10^6."""
    if rate_micro is None:
        yield Hold.NO_RATE
    elif message.amount and is_too_large(message.amount, rate_micro):
        yield Hold.AMOUNT_TOO_LARGE
