"""A certificate at a till: found by its code, redeemed once, cancelled within the day.

A till that got no answer sends the same again: one receipt is one purchase, so it is answered what
happened the first time. A code with a slip is seen by its check digits; only whole codes that
nobody has count as guesses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from msgspec import Struct
from msgspec.structs import replace
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Engine

from services.payout.certificates.codes import CodeBook, read_code
from services.payout.store import salons, tills
from services.payout.store.goals import denominations_at
from services.payout.store.tills import Guesser, Redemption, Wanted
from services.payout.tills import guessing
from services.payout.tills.guessing import MOST_WRONG, WITHIN, UnknownCode
from services.payout.tills.worth import Worth, same_day, that_fits, worth
from shared.batches import NotInTime
from shared.clock import Clock
from shared.identity import NotAllowed

log = structlog.get_logger()
_ISSUED = "issued"
_ONE_A_RECEIPT = "redemptions_one_a_receipt"


class AlreadyRedeemed(ValueError):
    """A certificate is redeemed once."""

    code = "already_redeemed"
    field = "code"

    def __init__(self) -> None:
        super().__init__("code: this certificate was redeemed before.")


class VoidCode(ValueError):
    """The code was replaced by a newer one, or its certificate was taken back."""

    code = "void_code"
    field = "code"

    def __init__(self) -> None:
        super().__init__("code: it counts no more. Is there a newer SMS? Else ask the operator.")


class ReceiptUsed(ValueError):
    """A receipt takes one certificate."""

    code = "receipt_used"
    field = "receipt"

    def __init__(self, receipt: str) -> None:
        super().__init__(f"receipt: {receipt} was paid with another certificate or price already.")


class UnknownRedemption(LookupError):
    """The salon has no such redemption."""

    code = "unknown_redemption"

    def __init__(self, redemption_id: UUID) -> None:
        super().__init__(f"There is no redemption {redemption_id} in this salon.")


class TooLate(ValueError):
    """A redemption is cancelled on its own day."""

    code = "too_late_to_cancel"

    def __init__(self) -> None:
        super().__init__("It was redeemed on another day, by Moscow's calendar: ask the operator.")


# Open now and not a moment ago: taken back in between, so the till may ask again.
_WHY_NOT: Mapping[str, type[Exception]] = {
    "issued": NotInTime,
    "redeemed": AlreadyRedeemed,
    "replaced": VoidCode,
    "void": VoidCode,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a certificate would do for a price; `fits`: the largest of which nothing would burn."""

    denomination: int
    is_redeemed: bool
    does: Worth
    fits: int | None


class Purchase(Struct, frozen=True):
    """What a till asks for: the code as it was typed, its receipt, the price in minor units."""

    code: str
    receipt: str
    price_minor: int


def want(book: CodeBook, key_hash: bytes, asked: Purchase, now: datetime) -> Wanted:
    """Answer what to redeem, under an id of its own; raises MistypedCode."""
    hashes = book.hashes(read_code(asked.code))
    return Wanted(uuid4(), key_hash, hashes, asked.receipt, asked.price_minor, now)


@dataclass(frozen=True, slots=True)
class Till:
    """A salon's till, known by its key."""

    engine: Engine
    book: CodeBook
    key_hash: bytes
    clock: Clock

    def check(self, code: str, price_minor: int) -> Checked:
        """Tell what would happen; nothing is redeemed.

        Raises NotAllowed, MistypedCode, UnknownCode, TooManyWrongCodes, VoidCode.
        """
        code, now = read_code(code), self.clock()
        with self.engine.begin() as connection:
            found = guessing.find(connection, self.book, code, self._guesser(connection), now)
            denominations = denominations_at(connection, now)
        if found is None:
            raise UnknownCode
        if _WHY_NOT[found.status] is VoidCode:
            raise VoidCode
        does = worth(found.denomination, price_minor)
        fits = that_fits(price_minor, denominations) if does.burns_minor else None
        return Checked(found.denomination, found.status != _ISSUED, does, fits)

    def redeem(self, asked: Purchase) -> Redemption:
        """Redeem a certificate for a purchase, once; the same again is answered the same.

        Raises NotAllowed, MistypedCode, UnknownCode, TooManyWrongCodes, VoidCode, AlreadyRedeemed,
        ReceiptUsed, NotInTime.
        """
        return self._redeem_open(asked) or self._done_before(asked)

    def cancel(self, redemption_id: UUID) -> Redemption:
        """Take a redemption of the day back; again, it stays so.

        Raises NotAllowed, UnknownRedemption, TooLate.
        """
        now = self.clock()
        with self.engine.begin() as connection:
            salon_id = self._guesser(connection).salon_id
            done = tills.lock_redemption(connection, str(salon_id), redemption_id)
            if done is None:
                raise UnknownRedemption(redemption_id)
            if done.cancelled_at is not None:
                return done
            if not same_day(done.redeemed_at, now):
                raise TooLate
            tills.cancel(connection, redemption_id, now)
        log.info("till.cancelled", salon_id=salon_id, redemption_id=str(redemption_id))
        return replace(done, cancelled_at=now)

    def _redeem_open(self, asked: Purchase) -> Redemption | None:
        wanted = want(self.book, self.key_hash, asked, self.clock())
        try:
            with self.engine.begin() as connection:
                return tills.redeem(connection, wanted, MOST_WRONG, WITHIN)
        except UniqueViolation as fault:
            if fault.diag.constraint_name != _ONE_A_RECEIPT:
                raise
            return None

    def _done_before(self, asked: Purchase) -> Redemption:
        code, now = read_code(asked.code), self.clock()
        with self.engine.begin() as connection:
            till = self._guesser(connection)
            found = guessing.find(connection, self.book, code, till, now)
            done = tills.of_receipt(connection, str(till.salon_id), asked.receipt)
        if found is None:
            raise UnknownCode
        if done is None:
            raise _WHY_NOT[found.status]
        if (done.certificate_id, done.price_minor) != (found.certificate_id, asked.price_minor):
            raise ReceiptUsed(asked.receipt)
        return done

    def _guesser(self, connection: Connection) -> Guesser:
        salon_id = salons.salon_of(connection, self.key_hash)
        if salon_id is None:
            raise NotAllowed
        return Guesser(salon_id=salon_id)
