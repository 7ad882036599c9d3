"""A certificate at a till: found by its code, redeemed once, cancelled within the day.

A till that got no answer sends the same again: one receipt is one purchase, so it is answered what
happened the first time. A code with a slip is seen by its check digits; only whole codes that
nobody has count as guesses.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from services.payout.certificates.codes import CodeBook, read_code
from services.payout.store import certificates, tills
from services.payout.store.goals import denominations_at
from services.payout.store.tills import Found, Guesser, Redemption
from services.payout.tills import guessing
from services.payout.tills.guessing import UnknownCode
from services.payout.tills.worth import Worth, same_day, that_fits, worth
from shared.clock import Clock
from shared.identity import NotAllowed

log = structlog.get_logger()
_ISSUED = "issued"
_WITHOUT_WORTH = {"replaced", "void"}


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
        if found.status in _WITHOUT_WORTH:
            raise VoidCode
        does = worth(found.denomination, price_minor)
        fits = that_fits(price_minor, denominations) if does.burns_minor else None
        return Checked(found.denomination, found.status != _ISSUED, does, fits)

    def redeem(self, asked: Purchase) -> Redemption:
        """Redeem a certificate for a purchase, once; key, code and redemption are one transaction.

        Raises NotAllowed, MistypedCode, UnknownCode, TooManyWrongCodes, VoidCode, AlreadyRedeemed,
        ReceiptUsed.
        """
        code, now = read_code(asked.code), self.clock()
        wanted, is_first = None, False
        try:
            with self.engine.begin() as connection:
                till = self._guesser(connection)
                found = guessing.find(connection, self.book, code, till, now)
                if found is not None:
                    wanted = _redemption(found, str(till.salon_id), asked, now)
                    is_first = tills.redeem(connection, wanted)
        except IntegrityError as fault:
            if "redemptions_one_a_receipt" not in str(fault.orig):
                raise
        if wanted is None:
            raise UnknownCode
        return wanted if is_first else self._done_before(wanted)

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

    def _done_before(self, wanted: Redemption) -> Redemption:
        with self.engine.connect() as connection:
            done = tills.of_receipt(connection, wanted.salon_id, wanted.receipt)
            status = certificates.find(connection, wanted.certificate_id).status
        if done is None:
            raise VoidCode if status in _WITHOUT_WORTH else AlreadyRedeemed
        if (done.certificate_id, done.price_minor) != (wanted.certificate_id, wanted.price_minor):
            raise ReceiptUsed(wanted.receipt)
        return done

    def _guesser(self, connection: Connection) -> Guesser:
        salon_id = tills.salon_of(connection, self.key_hash)
        if salon_id is None:
            raise NotAllowed
        return Guesser(salon_id=salon_id)


def _redemption(found: Found, salon_id: str, asked: Purchase, now: datetime) -> Redemption:
    does = worth(found.denomination, asked.price_minor)
    return Redemption(
        uuid4(),
        found.certificate_id,
        salon_id,
        asked.receipt,
        found.denomination,
        asked.price_minor,
        does.pays_minor,
        does.burns_minor,
        now,
    )
