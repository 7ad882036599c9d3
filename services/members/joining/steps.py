"""The steps of a sign-up: each looks up its move in the table, and is one transaction."""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Connection

from services.members import handlers
from services.members import store as members
from services.members.codes import asking
from services.members.codes.asking import Post, Question
from services.members.codes.domain import Purpose, WrongCode
from services.members.domain import Language, read_email
from services.members.entering import devices
from services.members.entering import store as known_devices
from services.members.entering.devices import Door, Key
from services.members.entering.domain import Browser, Entry
from services.members.joining import owners, store
from services.members.joining.domain import (
    CONFIRM_REPEATS_FOR,
    SIGN_UP_LASTS,
    Act,
    SignUp,
    State,
    after,
)
from services.members.joining.numbers import Numbers
from services.members.joining.owners import NumberInUse, Standing
from services.members.letters.domain import Channel, Kind
from services.members.passwords import store as passwords


@dataclass(frozen=True, slots=True)
class Step:
    """Who takes a step from where, with which tools, and when."""

    connection: Connection
    post: Post
    numbers: Numbers
    now: datetime

    def lock(self, sign_up_id: UUID) -> SignUp:
        """Answer a sign-up that only this step changes; raises UnknownSignUp."""
        return store.find(self.connection, sign_up_id, self.now, lock=True)

    def keep(self, sign_up: SignUp) -> SignUp:
        """Keep how the sign-up stands now."""
        store.put(self.connection, sign_up)
        return sign_up


def begin(
    step: Step, phone: str, language: Language, invited_by: UUID | None, address: str
) -> SignUp:
    """Begin with a number, which is sent a code; raises CodeSentJustNow, TooManyCodes."""
    sign_up = SignUp(
        uuid4(),
        State.PHONE_CODE,
        phone,
        None,
        None,
        language,
        invited_by,
        None,
        step.now,
        step.now + SIGN_UP_LASTS,
    )
    store.add(step.connection, sign_up)
    _send_sms(step, sign_up, phone, address)
    return sign_up


def give_phone(step: Step, sign_up_id: UUID, phone: str, address: str) -> SignUp:
    """Take another number, or the same again: what was proved before is to be proved again."""
    sign_up = step.lock(sign_up_id)
    state = after(sign_up.state, Act.GIVE_PHONE)
    asking.forget(step.connection, sign_up_id, Purpose.SIGN_UP_EMAIL)
    _send_sms(step, sign_up, phone, address)
    return step.keep(replace(sign_up, state=state, phone=phone, password_hash=None))


def give_email(step: Step, sign_up_id: UUID, email: str, address: str) -> SignUp:
    """Take an e-mail, which is sent a code; raises WrongStep, CodeSentJustNow, TooManyCodes."""
    sign_up = step.lock(sign_up_id)
    state = after(sign_up.state, Act.GIVE_EMAIL)
    mailbox = read_email(email)
    _send_email(step, sign_up, mailbox, address)
    return step.keep(replace(sign_up, state=state, email=mailbox, password_hash=None))


def send_again(step: Step, sign_up_id: UUID, act: Act, address: str) -> SignUp:
    """Send another code for what is being proved; raises WrongStep, CodeSentJustNow."""
    sign_up = step.lock(sign_up_id)
    after(sign_up.state, act)
    if act is Act.PROVE_PHONE:
        _send_sms(step, sign_up, _given(sign_up.phone), address)
    else:
        _send_email(step, sign_up, _given(sign_up.email), address)
    return sign_up


def prove(step: Step, sign_up_id: UUID, act: Act, typed: str) -> SignUp | WrongCode:
    """Take the code of a number or an e-mail; raises WrongStep, CodeOver.

    A number that was another member's, whose grace is over, is taken from him now.
    """
    sign_up = step.lock(sign_up_id)
    state = after(sign_up.state, act)
    purpose = Purpose.SIGN_UP_PHONE if act is Act.PROVE_PHONE else Purpose.SIGN_UP_EMAIL
    refusal = asking.try_code(
        step.connection, sign_up_id, purpose, typed, codes=step.post.codes, now=step.now
    )
    if refusal is not None:
        return refusal
    if act is Act.PROVE_PHONE and not _frees(step, sign_up):
        state = after(sign_up.state, Act.PROVE_TAKEN_PHONE)
    return step.keep(replace(sign_up, state=state))


def claim(step: Step, sign_up_id: UUID) -> datetime:
    """Claim a proved number whose member is away; answers when it is free. Raises WrongStep."""
    sign_up = step.lock(sign_up_id)
    after(sign_up.state, Act.CLAIM_PHONE)
    owner = owners.owner_of(step.connection, _given(sign_up.phone), step.now)
    if owner is None:
        return step.now
    if owner.standing is Standing.IN_USE:
        raise NumberInUse
    return owners.claim(step.connection, owner, step.post.letters, step.now)


def set_password(step: Step, sign_up_id: UUID, password_hash: str) -> SignUp:
    """Keep the password, by its hash; raises WrongStep."""
    sign_up = step.lock(sign_up_id)
    state = after(sign_up.state, Act.SET_PASSWORD)
    return step.keep(replace(sign_up, state=state, password_hash=password_hash))


def confirm(step: Step, sign_up_id: UUID, browser: Browser, door: Door, key: Key) -> Entry:
    """Take the member in, with his password and his first device; the same to a double click.

    Raises WrongStep, and PhoneTaken or EmailTaken where another sign-up was quicker.
    """
    sign_up = step.lock(sign_up_id)
    if sign_up.state is State.WELCOME:
        return devices.renew(step.connection, key, door, step.now)
    state = after(sign_up.state, Act.CONFIRM)
    inviter = sign_up.invited_by
    is_active = inviter is not None and members.is_active(step.connection, inviter)
    is_shared = browser.device_id is not None and known_devices.is_known(
        step.connection, browser.device_id
    )
    member = handlers.register(
        step.connection,
        step.numbers,
        phone=_given(sign_up.phone),
        email=sign_up.email,
        language=sign_up.language,
        now=step.now,
        email_linked_at=step.now,
        invited_by=inviter if is_active else None,
        shared_device=is_shared,
    )
    passwords.put(step.connection, member.member_id, _given(sign_up.password_hash), step.now)
    entry = devices.make_device(step.connection, member.member_id, browser, door, step.now, key=key)
    step.keep(
        replace(
            sign_up,
            state=state,
            phone=None,
            email=None,
            password_hash=None,
            member_id=member.member_id,
            ends_at=step.now + CONFIRM_REPEATS_FOR,
        )
    )
    return entry


def first_key(secret: bytes, sign_up_id: UUID) -> Key:
    """Answer the first device's name and secret: the same however often the answer is lost."""
    drawn = hmac.digest(secret, b"first device of " + sign_up_id.bytes, hashlib.sha256)
    return Key(uuid5(sign_up_id, "first device"), drawn.hex())


def _frees(step: Step, sign_up: SignUp) -> bool:
    """Tell whether a number that was proved is free to join with, or make it so."""
    owner = owners.owner_of(step.connection, _given(sign_up.phone), step.now)
    if owner is not None and owner.standing is Standing.FREE:
        return owners.release(step.connection, owner.member, step.numbers, step.now)
    return owner is None


def _send_sms(step: Step, sign_up: SignUp, phone: str, address: str) -> None:
    owner = owners.owner_of(step.connection, phone, step.now)
    is_in_use = owner is not None and owner.standing is Standing.IN_USE
    question = Question(
        sign_up.sign_up_id,
        Purpose.SIGN_UP_PHONE,
        Channel.SMS,
        phone,
        owner.member.language if owner is not None and is_in_use else sign_up.language,
        address,
        kind=Kind.SIGN_UP_CODE,
        instead=Kind.ACCOUNT_EXISTS if is_in_use else None,
        member_id=owner.member.member_id if owner is not None and is_in_use else None,
    )
    asking.ask(step.connection, question, step.post, step.now)


def _send_email(step: Step, sign_up: SignUp, mailbox: str, address: str) -> None:
    owner = members.find_by_email(step.connection, mailbox)
    question = Question(
        sign_up.sign_up_id,
        Purpose.SIGN_UP_EMAIL,
        Channel.EMAIL,
        mailbox,
        sign_up.language if owner is None else owner.language,
        address,
        kind=Kind.EMAIL_CODE,
        instead=None if owner is None else Kind.EMAIL_TAKEN,
        member_id=None if owner is None else owner.member_id,
    )
    asking.ask(step.connection, question, step.post, step.now)


def _given(value: str | None) -> str:
    assert value is not None  # the table lets nobody come here without
    return value
