"""What a clerk may let pass: that of which all is known, so that the rest can be decided."""

from services.partner_postback.domain.algebra import Message
from services.partner_postback.domain.attribution import Hold
from services.partner_postback.domain.conflicts import may_ignore_amount

# Whose a purchase is, at which rate, and in which currency cannot be waived: somebody must say it.
_WAIVABLE = frozenset(
    {
        Hold.CLICK_TOO_OLD,
        Hold.ORDER_BEFORE_CLICK,
        Hold.STORE_PAUSED,
        Hold.UNKNOWN_CATEGORY,
        Hold.OVER_CAP,
        Hold.CART_INCOMPLETE,
        Hold.CLICK_OF_OTHER_STORE,
        Hold.OTHER_CLICK,
        Hold.SUSPECTED_FRAUD,
        Hold.CLAIMED,
    }
)


def may_waive(hold: Hold, message: Message | None) -> bool:
    """Answer whether a clerk may let a message pass that is held by this.

    An approval of 1 400 for an order of lines of 400 and 1 050 may be taken for its status alone; a
    return of 300 from it may not: of which line it is, nobody knows.
    """
    if hold is Hold.AMOUNT_OF_SEVERAL_LINES:
        return message is not None and may_ignore_amount(message)
    return hold in _WAIVABLE
