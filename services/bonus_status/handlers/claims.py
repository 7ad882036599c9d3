"""What is done with claims: opened, sent, answered, decided; each is one transaction of its caller.

A claim is locked first, then judged by the version that whoever decides has seen.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import Connection

from services.bonus_status.claims import domain, files
from services.bonus_status.claims.domain import ENDED, Answer, CannotMove, Claim, OpenedBy, State
from services.bonus_status.claims.opening import Filed, judge
from services.bonus_status.schemas import ClaimAnsweredView
from services.bonus_status.store import ledger
from services.bonus_status.store.claims import due, grounds, kept
from services.bonus_status.store.claims import files as kept_files
from services.bonus_status.store.claims.files import ClaimFile
from shared.clock import Clock
from shared.events import Received

_MOST_OPEN = 20


class UnknownClaim(LookupError):
    """No such claim, or not one that the asker may see: the answer is the same."""

    code = "unknown_claim"

    def __init__(self, claim_id: UUID) -> None:
        """Name what was asked for."""
        super().__init__(f"There is no claim {claim_id}.")


class UnknownStore(ValueError):
    """There is no such store."""

    code = "unknown_store"
    field = "store_id"

    def __init__(self, store_id: str) -> None:
        """Name it."""
        super().__init__(f"store_id: there is no store {store_id!r}.")


class ClaimedBefore(Exception):
    """The order is claimed already."""

    code = "claimed_before"

    def __init__(self, claim_id: str) -> None:
        """Name the claim."""
        self.more = {"claim_id": claim_id}
        super().__init__(f"You have claimed this order already: claim {claim_id}.")


class TooManyClaims(Exception):
    """Nobody has as many purchases go astray at once."""

    code = "too_many_claims"

    def __init__(self) -> None:
        """Say the limit."""
        super().__init__(f"{_MOST_OPEN} claims of yours are open. Wait until one is answered.")


class AcceptedForAnother(Exception):
    """Another member's claim of the same order was accepted."""

    code = "accepted_for_another"

    def __init__(self, order_id: str | None) -> None:
        """Name the order."""
        super().__init__(
            f"Another member's claim of order {order_id!r} was accepted: an order is paid once."
        )


class OrderDecided(Exception):
    """The store decided on all of the order before the claim was accepted."""

    code = "order_decided"

    def __init__(self, order_id: str | None) -> None:
        """Say what follows."""
        super().__init__(
            f"The store has decided on order {order_id!r} meanwhile: nothing of it is left to "
            "claim. The claim settles by itself."
        )


def file_claim(connection: Connection, member_id: UUID, filed: Filed, now: datetime) -> str:
    """Open a member's claim and answer its id.

    Raises UnknownStore, ClaimedBefore, TooManyClaims, and what `opening.judge` raises.
    """
    promise = grounds.promise_of(connection, filed.store_id)
    if promise is None:
        raise UnknownStore(filed.store_id)
    is_full = grounds.open_claims(connection, member_id) >= _MOST_OPEN
    bonuses = grounds.bonuses_of(connection, member_id, filed)
    first = bonuses[0].bonus_id if bonuses else None
    if before := grounds.claim_of_order(connection, member_id, filed, first):
        raise ClaimedBefore(before)
    clicks = grounds.last_click(connection, member_id, filed, promise.attribution_days)
    ask = judge(str(member_id), filed, promise=promise, bonuses=bonuses, clicks=clicks, now=now)
    if is_full:
        raise TooManyClaims
    claim = domain.open_claim(str(uuid4()), ask, OpenedBy.MEMBER, now)
    if not kept.add(connection, [claim]):
        # It has opened itself at this very moment.
        before = grounds.claim_of_order(connection, member_id, filed, ask.bonus_id)
        raise ClaimedBefore(before or claim.claim_id)
    return claim.claim_id


def attach(  # noqa: PLR0913, PLR0917 - whose, what, when
    connection: Connection,
    member_id: UUID,
    claim_id: UUID,
    name: str,
    content: bytes,
    now: datetime,
) -> None:
    """Keep a member's file with his claim, in place of the one before.

    Raises UnknownClaim, CannotMove when the claim has ended, WrongName, WrongContent.
    """
    claim = _own(connection, claim_id, member_id)
    # A session outlives its member by some minutes, and of the erased no file stays.
    if ledger.is_erased(connection, str(member_id)):
        raise UnknownClaim(claim_id)
    if claim.state in ENDED:
        raise CannotMove(claim, claim.state)
    media_type = files.media_type_of(name, content)
    sha256 = hashlib.sha256(content).hexdigest()
    file = ClaimFile(name, media_type, len(content), sha256, now, content)
    kept_files.put(connection, claim.claim_id, file)
    kept.note(connection, claim.claim_id, "file", now, OpenedBy.MEMBER.value, f"sha256 {sha256}")


def withdraw(connection: Connection, member_id: UUID, claim_id: UUID, now: datetime) -> None:
    """Take a member's claim back; raises UnknownClaim, CannotMove."""
    claim = _own(connection, claim_id, member_id)
    kept.save(connection, [domain.withdraw(claim, now)], None)


def decide(
    connection: Connection,
    claim_id: UUID,
    version: int,
    decision: Callable[[Claim], Claim],
    why: str | None,
) -> None:
    """Let a clerk who has seen this version do something with a claim.

    Raises UnknownClaim, ChangedMeanwhile, OrderDecided, AcceptedForAnother, and what the decision
    raises.
    """
    claim = kept.lock(connection, [claim_id]).get(str(claim_id))
    if claim is None:
        raise UnknownClaim(claim_id)
    domain.check_version(claim, version)
    decided = decision(claim)
    if decided.state is State.ACCEPTED and due.is_settled(connection, claim.claim_id):
        raise OrderDecided(claim.order_id)
    try:
        kept.save(connection, [decided], why)
    except psycopg.errors.UniqueViolation:
        raise AcceptedForAnother(claim.order_id) from None


def hear_answers(
    connection: Connection, batch: Sequence[Received[ClaimAnsweredView]], _: Clock
) -> None:
    """Keep what partners answered; an answer to what was decided meanwhile is only noted."""
    claims = kept.lock(connection, {one.data.claim_id for one in batch})
    for one in batch:
        claim, said = claims.get(one.data.claim_id), one.data
        if claim is None:
            continue  # of a claim that was never ours
        who = f"partner:{said.partner_id}"
        if claim.state is not State.SENT:
            why = f"{said.answer}: {said.text or ''}"
            kept.note(connection, claim.claim_id, "late_answer", said.answered_at, who, why)
            continue
        given = Answer(said.answer, said.amount_minor, said.text)
        claims[claim.claim_id] = domain.answer(claim, given, who, said.answered_at)
        kept.save(connection, [claims[claim.claim_id]], said.text)


def _own(connection: Connection, claim_id: UUID, member_id: UUID) -> Claim:
    claim = kept.lock(connection, [claim_id]).get(str(claim_id))
    if claim is None or claim.member_id != str(member_id):
        raise UnknownClaim(claim_id)
    return claim
