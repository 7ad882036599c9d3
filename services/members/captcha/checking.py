"""A challenge is made, and its answer checked once."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.members.captcha import questions, store
from services.members.captcha.challenges import (
    CHALLENGE_LASTS,
    SALT_BYTES,
    Challenge,
    Kind,
    decode,
    solves,
)
from services.members.domain import Language
from shared.sealed import BrokenSeal, Sealer

MOST_QUESTIONS = 10
QUESTIONS_COUNT_FOR = timedelta(hours=1)
_KEYS_PURPOSE = b"captchas"
_SEAL_PURPOSE = b"captcha"


class WrongCaptcha(ValueError):
    """The answer does not solve the challenge."""

    code = "wrong_captcha"
    field = "captcha.answer"

    def __init__(self) -> None:
        super().__init__("captcha.answer: this does not solve it; ask for a new one.")


class CaptchaOver(ValueError):
    """The challenge was used, has ended, or is not ours."""

    code = "captcha_over"
    field = "captcha.challenge"

    def __init__(self) -> None:
        super().__init__("captcha.challenge: it was used or has ended; ask for a new one.")


class TooManyQuestions(Exception):
    """Plain questions are for people, and people do not answer so many an hour."""

    code = "too_many_questions"
    field = "captcha.challenge"
    retry_after_seconds = int(QUESTIONS_COUNT_FOR.total_seconds())

    def __init__(self) -> None:
        super().__init__(
            "captcha.challenge: too many questions were answered from your address; try again in an"
            " hour, or with scripts allowed."
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A challenge as it is handed out."""

    kind: Kind
    challenge: str
    difficulty_bits: int
    question: str | None
    ends_at: datetime


class Captchas:
    """Makes and checks challenges, with keys drawn from those of sessions, newest first."""

    def __init__(self, session_keys: Sequence[bytes], difficulty_bits: int) -> None:
        drawn = [hmac.digest(key, _KEYS_PURPOSE, hashlib.sha256) for key in session_keys]
        self._sealer = Sealer(drawn)
        self._bits = difficulty_bits

    def ask(self, kind: Kind, language: Language, now: datetime) -> Asked:
        """Make a challenge."""
        question, figure = None, self._bits
        if kind is Kind.QUESTION:
            span = questions.LARGEST - questions.SMALLEST + 1
            first, second = (questions.SMALLEST + secrets.randbelow(span) for _ in range(2))
            question, figure = questions.ask(first, second, language), first + second
        salt = secrets.token_bytes(SALT_BYTES)
        challenge = Challenge(kind, figure, salt, now + CHALLENGE_LASTS)
        sealed = self._sealer.seal(challenge.encode(), _SEAL_PURPOSE)
        bits = self._bits if kind is Kind.WORK else 0
        return Asked(kind, sealed, bits, question, challenge.ends_at)

    def check(
        self, connection: Connection, sealed: str, answer: str, address: str, now: datetime
    ) -> WrongCaptcha | None:
        """Use a challenge up; raises CaptchaOver, TooManyQuestions.

        A wrong answer uses it up too: it is answered, for the caller to raise after the commit.
        """
        challenge = self._open(sealed)
        if now >= challenge.ends_at:
            raise CaptchaOver
        if challenge.kind is Kind.QUESTION:
            since = now - QUESTIONS_COUNT_FOR
            if store.questions_answered(connection, address, since) >= MOST_QUESTIONS:
                raise TooManyQuestions
        digest = hashlib.sha256(sealed.encode()).digest()
        if not store.use(connection, digest, challenge.kind, address, now):
            raise CaptchaOver
        return None if solves(challenge, sealed, answer) else WrongCaptcha()

    def _open(self, sealed: str) -> Challenge:
        try:
            return decode(self._sealer.open(sealed, _SEAL_PURPOSE))
        except (BrokenSeal, ValueError):
            raise CaptchaOver from None
