"""The operator's billing as we may believe it: every answer, and every silence, becomes one fact.

After a call a top-up is done, certainly not done, accepted for later, or none of these is known.
Whatever is not plainly one of the first is the last, and is asked about. An answer about another
payout or top-up, or of another amount, is believed in nothing: a clerk looks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import requests
import structlog
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from services.payout.states import Fact
from services.payout.store.payouts import Payout
from services.payout.store.reversals import Reversal
from shared.http_client import CallFailed, Circuit, HttpClient, NotSent, OutcomeUnknown
from shared.schemas import Text, Whole

log = structlog.get_logger()
LARGEST_PAGE = 500
_LONGEST_PAUSE_SECONDS = 3600
# The operator refused the caller or the moment, not the top-up: nothing was done, try again.
_NOT_DONE = {401, 403, 429}
# He refused the request itself, and would again: nothing was done, a clerk must look.
_REFUSED = {400, 404, 405, 413, 415, 422}
_NOT_FOUND, _NEVER_HEARD = 404, "unknown_top_up"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call taught us of a payout."""

    fact: Fact
    reason: str | None = None
    reference: str | None = None
    pause: timedelta | None = None


class UnreadableAnswer(Exception):
    """The answer is not what was agreed: HTML, another JSON, a field missing or mistyped."""

    def __init__(self, fault: Exception) -> None:
        super().__init__(_said("an answer that cannot be read", fault))


class NoStatement(Exception):
    """The operator gave no file of a day."""

    code = "no_statement"

    def __init__(self, day: date, why: str) -> None:
        super().__init__(keepable(f"The operator gave no file of {day}: {why}"))


class AnswerSchema(Schema):
    """A top-up as the billing answers it; what else it says is not ours to judge."""

    class Meta:
        """A partner may add fields at any time."""

        unknown = EXCLUDE

    top_up_id = Text(required=True, longest=100)
    idempotency_key = fields.UUID(required=True)
    amount_rubles = Whole(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf(["accepted", "submitted", "completed", "declined"])
    )
    reason = fields.String(allow_none=True, load_default=None)


class ReversalSchema(Schema):
    """One entry of the operator's list of top-ups taken back."""

    class Meta:
        """A partner may add fields at any time."""

        unknown = EXCLUDE

    reversal = Whole(required=True, lowest=1)
    idempotency_key = fields.String(required=True)
    amount_rubles = Whole(required=True)
    reason = fields.String(required=True)


class ReversalsSchema(Schema):
    """A page of that list."""

    class Meta:
        """A partner may add fields at any time."""

        unknown = EXCLUDE

    data = fields.List(fields.Nested(ReversalSchema), required=True)


class Billing:
    """Calls to the operator's billing, each with the payout's id as its idempotency key."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    @property
    def circuit(self) -> Circuit:
        """Answer whether the operator is called at all now, or kept failing a moment ago."""
        return self._client.circuit

    def top_up(self, payout: Payout, phone: str) -> Outcome:
        """Send a top-up once, and say what is known of it afterwards."""
        try:
            answer = self._client.post(
                "/top-ups",
                json={"phone": phone, "amount_rubles": payout.points},
                headers={"Idempotency-Key": str(payout.payout_id)},
            )
        except NotSent as fault:
            return Outcome(Fact.NOT_DONE, _said("the operator was not reached", fault))
        except OutcomeUnknown as fault:
            return Outcome(Fact.UNCLEAR, _said("no answer", fault))
        return judge_sent(payout, answer)

    def ask(self, payout: Payout) -> Outcome | None:
        """Ask what became of a top-up; None when the operator has never heard of it."""
        try:
            answer = self._client.get(f"/top-ups/{payout.payout_id}")
        except (NotSent, OutcomeUnknown) as fault:
            return Outcome(Fact.UNCLEAR, _said("no answer to our question", fault))
        return None if is_never_heard(answer) else judge(payout, answer)

    def reversals(self, after: int) -> tuple[int, Sequence[Reversal]]:
        """Answer the next page of top-ups taken back and where it ends.

        Raises CallFailed, UnreadableAnswer.
        """
        answer = self._client.get("/reversals", params={"after": after, "limit": LARGEST_PAGE})
        entries = _read(ReversalsSchema(), answer)["data"]
        found = [one for one in map(_reversal, entries) if one is not None]
        return max([after, *(one["reversal"] for one in entries)]), found

    def statement(self, day: date) -> bytes:
        """Answer the file of a day as it came; raises NoStatement."""
        try:
            answer = self._client.get(f"/statements/{day}")
        except CallFailed as fault:
            raise NoStatement(day, str(fault)) from None
        if not answer.ok:
            raise NoStatement(day, f"he answered {answer.status_code}")
        return answer.content


def judge_sent(payout: Payout, answer: requests.Response) -> Outcome:
    """Say what the answer to a top-up teaches us of it."""
    reason = f"the operator answered {answer.status_code}"
    if answer.status_code in _NOT_DONE:
        return Outcome(Fact.NOT_DONE, reason, pause=_retry_after(answer))
    if answer.status_code in _REFUSED:
        return Outcome(Fact.CONTRADICTED, f"{reason}: he does not take the request as it is")
    return judge(payout, answer)


def is_never_heard(answer: requests.Response) -> bool:
    """Tell whether the operator himself says that he never heard of a top-up.

    By his own code alone: whatever stands before him answers 404 too when it is set up wrongly.
    """
    if answer.status_code != _NOT_FOUND:
        return False
    try:
        return bool(answer.json()["code"] == _NEVER_HEARD)
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


def judge(payout: Payout, answer: requests.Response) -> Outcome:
    """Say what a top-up as the operator tells it teaches us of ours."""
    if not answer.ok:
        return Outcome(Fact.UNCLEAR, f"the operator answered {answer.status_code}")
    try:
        told = _read(AnswerSchema(), answer)
    except UnreadableAnswer as fault:
        return Outcome(Fact.UNCLEAR, str(fault))
    return judge_told(payout, told)


def judge_told(payout: Payout, told: Mapping[str, Any]) -> Outcome:
    """Say what a top-up teaches us of ours, once what the operator tells of it can be read."""
    wrong = _contradiction(payout, told)
    if wrong is not None:
        return Outcome(Fact.CONTRADICTED, wrong)
    match told["status"]:
        case "completed":
            return Outcome(Fact.COMPLETED, reference=told["top_up_id"])
        case "declined":
            reason = keepable(told["reason"] or "") or "declined"
            return Outcome(Fact.DECLINED, reason, reference=told["top_up_id"])
        case _:
            reason = "accepted by the operator, not carried out yet"
            return Outcome(Fact.ACCEPTED, reason, reference=told["top_up_id"])


def _contradiction(payout: Payout, told: Mapping[str, Any]) -> str | None:
    if told["idempotency_key"] != payout.payout_id:
        return f"the operator answered about payout {told['idempotency_key']}"
    if told["amount_rubles"] != payout.points:
        return f"the operator answered {told['amount_rubles']} rubles, not {payout.points}"
    if payout.operator_reference not in {None, told["top_up_id"]}:
        named = f"{told['top_up_id']}, not {payout.operator_reference}"
        return f"the operator answered top-up {named} as before"
    return None


def _reversal(entry: dict[str, Any]) -> Reversal | None:
    try:
        payout_id = UUID(entry["idempotency_key"])
    except ValueError:
        # No payout's id, so not ours: it must not stop the list.
        log.warning("reversals.not_ours", reversal=entry["reversal"])
        return None
    reason = keepable(entry["reason"]) or "reversed"
    return Reversal(entry["reversal"], payout_id, entry["amount_rubles"], reason)


def _read(schema: Schema, answer: requests.Response) -> dict[str, Any]:
    try:
        told: dict[str, Any] = schema.load(answer.json())
    except (ValueError, ValidationError, RecursionError) as fault:
        raise UnreadableAnswer(fault) from None
    return told


def _retry_after(answer: requests.Response) -> timedelta | None:
    text = answer.headers.get("Retry-After", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return timedelta(seconds=min(int(text[:6]), _LONGEST_PAUSE_SECONDS))


def _said(what: str, fault: Exception) -> str:
    # A fault's text may quote the address that was called, never the body: no phone gets here.
    return keepable(f"{what}: {fault}")


def keepable(text: str) -> str:
    """Shorten what the operator wrote; PostgreSQL keeps neither NUL nor half a surrogate pair."""
    return text.encode(errors="ignore").decode().replace("\x00", "")[:300]
