"""The states of a sign-up and the one table of its moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.members.domain import Language

SIGN_UP_LASTS = timedelta(days=1)
# A double click, or an answer that was lost, is answered as the first one was.
CONFIRM_REPEATS_FOR = timedelta(minutes=10)


class State(StrEnum):
    """What is asked of the person next."""

    PHONE_CODE = "phone_code"
    TAKEN = "taken"  # proved, but of a member who has been away for long: it may be claimed
    EMAIL = "email"
    EMAIL_CODE = "email_code"
    PASSWORD = "password"  # noqa: S105 - a state
    CONFIRM = "confirm"
    WELCOME = "welcome"


class Act(StrEnum):
    """What the person does."""

    GIVE_PHONE = "give_phone"
    PROVE_PHONE = "prove_phone"
    PROVE_TAKEN_PHONE = "prove_taken_phone"
    CLAIM_PHONE = "claim_phone"
    GIVE_EMAIL = "give_email"
    PROVE_EMAIL = "prove_email"
    SET_PASSWORD = "set_password"  # noqa: S105 - an act
    CONFIRM = "confirm"


# Forward by proofs alone; back to the number from anywhere, to the e-mail once the number is
# proved. The end has no way back.
MOVES: Mapping[State, Mapping[Act, State]] = {
    State.PHONE_CODE: {
        Act.GIVE_PHONE: State.PHONE_CODE,
        Act.PROVE_PHONE: State.EMAIL,
        Act.PROVE_TAKEN_PHONE: State.TAKEN,
    },
    State.TAKEN: {
        Act.GIVE_PHONE: State.PHONE_CODE,
        Act.CLAIM_PHONE: State.TAKEN,
    },
    State.EMAIL: {
        Act.GIVE_PHONE: State.PHONE_CODE,
        Act.GIVE_EMAIL: State.EMAIL_CODE,
    },
    State.EMAIL_CODE: {
        Act.GIVE_PHONE: State.PHONE_CODE,
        Act.GIVE_EMAIL: State.EMAIL_CODE,
        Act.PROVE_EMAIL: State.PASSWORD,
    },
    State.PASSWORD: {
        Act.GIVE_PHONE: State.PHONE_CODE,
        Act.GIVE_EMAIL: State.EMAIL_CODE,
        Act.SET_PASSWORD: State.CONFIRM,
    },
    State.CONFIRM: {
        Act.GIVE_PHONE: State.PHONE_CODE,
        Act.GIVE_EMAIL: State.EMAIL_CODE,
        Act.SET_PASSWORD: State.CONFIRM,
        Act.CONFIRM: State.WELCOME,
    },
    State.WELCOME: {},
}


@dataclass(frozen=True, slots=True)
class SignUp:
    """A sign-up under way; once it has welcomed its member it keeps nothing personal."""

    sign_up_id: UUID
    state: State
    phone: str | None
    email: str | None
    password_hash: str | None
    language: Language
    invited_by: UUID | None
    member_id: UUID | None
    made_at: datetime
    ends_at: datetime


class UnknownSignUp(LookupError):
    """There is no such sign-up, or its day is over."""

    code = "unknown_sign_up"

    def __init__(self) -> None:
        super().__init__("This sign-up is over or was never begun: begin again with your number.")


class WrongStep(ValueError):
    """The sign-up does not stand where this can be done."""

    code = "wrong_step"

    def __init__(self, state: State) -> None:
        self.more = {"state": state.value}
        super().__init__(f"This is not the next step: the sign-up stands at {state.value}.")


def after(state: State, act: Act) -> State:
    """Answer where an act leads; raises WrongStep where it cannot be done."""
    following = MOVES[state].get(act)
    if following is None:
        raise WrongStep(state)
    return following
