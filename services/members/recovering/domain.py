"""The states of a recovery and the one table of its moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.members.domain import Language

RECOVERY_LASTS = timedelta(minutes=30)


class State(StrEnum):
    """What is asked of the person next."""

    PHONE_CODE = "phone_code"
    EMAIL_CODE = "email_code"
    PASSWORD = "password"  # noqa: S105 - a state
    DONE = "done"


class Act(StrEnum):
    """What the person does; a number is proved by who has an e-mail, or by who has none."""

    PROVE_PHONE_WITH_EMAIL = "prove_phone_with_email"
    PROVE_PHONE_ALONE = "prove_phone_alone"
    PROVE_EMAIL = "prove_email"
    SET_PASSWORD = "set_password"  # noqa: S105 - an act


MOVES: Mapping[tuple[State, Act], State] = {
    (State.PHONE_CODE, Act.PROVE_PHONE_WITH_EMAIL): State.EMAIL_CODE,
    (State.PHONE_CODE, Act.PROVE_PHONE_ALONE): State.PASSWORD,
    (State.EMAIL_CODE, Act.PROVE_EMAIL): State.PASSWORD,
    (State.PASSWORD, Act.SET_PASSWORD): State.DONE,
}


@dataclass(frozen=True, slots=True)
class Recovery:
    """A recovery under way; `member_id` is None where the number is nobody's."""

    recovery_id: UUID
    state: State
    phone: str
    language: Language
    member_id: UUID | None
    ends_at: datetime


class UnknownRecovery(LookupError):
    """There is no such recovery, or its half hour is over."""

    code = "unknown_recovery"

    def __init__(self) -> None:
        super().__init__("This recovery is over: begin again with your number.")


class WrongRecoveryStep(ValueError):
    """The recovery does not stand where this can be done."""

    code = "wrong_step"

    def __init__(self, state: State) -> None:
        self.more = {"state": state.value}
        super().__init__(f"This is not the next step: the recovery stands at {state.value}.")


def after(state: State, act: Act) -> State:
    """Answer where an act leads; raises WrongRecoveryStep where it cannot be done."""
    following = MOVES.get((state, act))
    if following is None:
        raise WrongRecoveryStep(state)
    return following
