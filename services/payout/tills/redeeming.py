"""A certificate at a till: found by its code, redeemed once, cancelled within the day.

A till that got no answer sends the same again: one receipt is one purchase, so it is answered what
happened the first time. A code with a slip is seen by its check digits; only whole codes that
nobody has count as guesses.
"""

from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import structlog
from prometheus_client import Counter
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from services.payout.certificates.codes import CodeBook, read_code
from services.payout.store import tills
from services.payout.store.goals import denominations_at
from services.payout.store.tills import Found, Redemption
from services.payout.tills import guessing
from services.payout.tills.guessing import MOST_WRONG, TooManyWrongCodes
from services.payout.tills.worth import Worth, same_day, that_fits, worth
from shared.clock import Clock

log = structlog.get_logger()
GUESSES = Counter("payout_wrong_codes", "Whole certificate codes that nobody has.", ["salon"])
_ISSUED = "issued"


class UnknownCode(LookupError):
    """No certificate has this code."""

    code = "unknown_code"
    field = "code"

    def __init__(self) -> None:
        super().__init__("code: there is no such certificate. Ask the customer for the SMS.")


class AlreadyRedeemed(ValueError):
    """A certificate is redeemed once."""

    code = "already_redeemed"
    field = "code"

    def __init__(self) -> None:
        super().__init__("code: this certificate was redeemed before.")


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


@dataclass(frozen=True, slots=True)
class Checked:
    """What a certificate would do for a price; `fits`: the largest of which nothing would burn."""

    denomination: int
    is_redeemed: bool
    does: Worth
    fits: int | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a till asks for: the code as it was typed, its receipt, the price in minor units."""

    code: str
    receipt: str
    price_minor: int


@dataclass(frozen=True, slots=True)
class Till:
    """A salon's till, known by its key."""

    engine: Engine
    book: CodeBook
    salon_id: str
    clock: Clock

    def check(self, code: str, price_minor: int) -> Checked:
        """Tell what would happen; nothing is redeemed.

        Raises MistypedCode, UnknownCode, TooManyWrongCodes.
        """
        found = self._find(code)
        does = worth(found.denomination, price_minor)
        with self.engine.connect() as connection:
            denominations = denominations_at(connection, self.clock())
        fits = that_fits(price_minor, denominations) if does.burns_minor else None
        return Checked(found.denomination, found.status != _ISSUED, does, fits)

    def redeem(self, asked: Purchase) -> Redemption:
        """Redeem a certificate for a purchase, once.

        Raises MistypedCode, UnknownCode, TooManyWrongCodes, AlreadyRedeemed, ReceiptUsed.
        """
        found = self._find(asked.code)
        does = worth(found.denomination, asked.price_minor)
        wanted = Redemption(
            uuid4(),
            found.certificate_id,
            self.salon_id,
            asked.receipt,
            found.denomination,
            asked.price_minor,
            does.pays_minor,
            does.burns_minor,
            self.clock(),
        )
        try:
            with self.engine.begin() as connection:
                is_first = tills.redeem(connection, wanted)
        except IntegrityError as fault:
            if "redemptions_one_a_receipt" not in str(fault.orig):
                raise
            is_first = False
        return wanted if is_first else self._done_before(wanted)

    def cancel(self, redemption_id: UUID) -> Redemption:
        """Take a redemption of the day back; again, it stays so.

        Raises UnknownRedemption, TooLate.
        """
        now = self.clock()
        with self.engine.begin() as connection:
            done = tills.lock_redemption(connection, self.salon_id, redemption_id)
            if done is None:
                raise UnknownRedemption(redemption_id)
            if done.cancelled_at is not None:
                return done
            if not same_day(done.redeemed_at, now):
                raise TooLate
            tills.cancel(connection, redemption_id, now)
        log.info("till.cancelled", salon_id=self.salon_id, redemption_id=str(redemption_id))
        return replace(done, cancelled_at=now)

    def _done_before(self, wanted: Redemption) -> Redemption:
        with self.engine.connect() as connection:
            done = tills.of_receipt(connection, self.salon_id, wanted.receipt)
        if done is None:
            raise AlreadyRedeemed
        if (done.certificate_id, done.price_minor) != (wanted.certificate_id, wanted.price_minor):
            raise ReceiptUsed(wanted.receipt)
        return done

    def _find(self, typed: str) -> Found:
        code, now = read_code(typed), self.clock()
        since = guessing.since(now)
        # What is raised after the block: a wrong code is counted although it is refused.
        with self.engine.begin() as connection:
            wrong = tills.wrong_codes(connection, self.salon_id, since)
            if wrong >= MOST_WRONG:
                raise TooManyWrongCodes
            found = tills.by_code(connection, self.book.hashes(code))
            if found is None:
                tills.note_wrong_code(connection, self.salon_id, now, since)
        if found is None:
            GUESSES.labels(self.salon_id).inc()
            if wrong + 1 >= MOST_WRONG:
                log.error("till.guesses", salon_id=self.salon_id, wrong_codes=wrong + 1)
            raise UnknownCode
        return found
