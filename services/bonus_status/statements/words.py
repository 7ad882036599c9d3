"""What happened, in the words that the member reads of the same bonus elsewhere. Pure."""

from services.bonus_status.domain import Source
from services.bonus_status.ledger import Place
from services.bonus_status.statements.posted import HELD, Posted
from services.bonus_status.telling.status import corrected_in_words


def in_words(one: Posted, debt: int) -> str:
    """Say why a posting changed what the member holds; `debt`: how much of it nothing covered.

    Examples: "For linking your e-mail address."; "Corrected by the operator: a call of the 3rd;
    24 points of it are a debt."; "Taken back by the store after it was spent: a debt".
    """
    if one.destination == Place.WRITTEN_OFF:
        return f"Spent on a {_plain(one.payout_kind or 'payout')}"
    if one.source == Place.WRITTEN_OFF:
        return f"Given back: the {_plain(one.payout_kind or 'payout')} was reversed"
    if one.given_for == Source.CORRECTION:
        return corrected_in_words(one.reason, f"; {_owed(one, debt)}" if debt else "")
    return _of_a_purchase(one, debt) if one.sentence is None else _of_a_gift(one, debt)


def _of_a_purchase(one: Posted, debt: int) -> str:
    if one.source == Place.MEMBER_DEBT:
        return (
            f"Taken back by the store after it was spent{f': {_owed(one, debt)}' if debt else ''}"
        )
    if one.source in HELD:
        return "Taken back by the store"
    return "Amended by the store" if one.corrects else "Confirmed by the store"


def _of_a_gift(one: Posted, debt: int) -> str:
    if one.source == Place.MEMBER_DEBT:
        after = f" after it was spent{f' ({_owed(one, debt)})' if debt else ''}"
    elif one.source in HELD:
        after = ""
    else:
        return f"Amended with its purchase: {one.sentence}" if one.corrects else str(one.sentence)
    return f"Taken back with its purchase{after}: {one.sentence}"


def _owed(one: Posted, debt: int) -> str:
    return "a debt" if debt == one.amount else f"{debt} points of it are a debt"


def _plain(kind: str) -> str:
    return kind.replace("top_up", "top-up")
