"""Letters of members: fetched for the one call that sends them, kept nowhere, sent once."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import requests
from sqlalchemy import Engine, text

from services.members.captcha.challenges import work
from services.notifications.domain import State
from services.notifications.letters import LetterWritten, send_letters
from shared.events import open_envelope, read_data
from tests.integration.notifications.conftest import NOWHERE, SERVICE_KEY, World
from tests.support.clock import SteppedClock

WORDS = {"en": "to join", "ru": "код регистрации", "uk": "код реєстрації", "sv": "gå med"}


class Newcomer:
    """Somebody who signs up at the real members."""

    def __init__(self, world: World, phone: str | None = None) -> None:
        self.world = world
        self.phone = phone or f"+7928{secrets.randbelow(10**7):07d}"
        self.address = f"2001:db8:{secrets.randbelow(16**4):x}:{secrets.randbelow(16**4):x}::1"

    def ask(self, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {SERVICE_KEY}", "X-Visitor-Address": self.address}
        url = f"{self.world.members_url}{path}"
        answer = requests.post(url, json=sent, headers=headers, timeout=10)
        assert answer.ok, answer.text
        return dict(answer.json())

    def begins(self, language: str) -> str:
        asked = self.ask("/captchas", {})
        answer = work(asked["challenge"], asked["difficulty_bits"])
        captcha = {"challenge": asked["challenge"], "answer": answer}
        sent = {"phone": self.phone, "language": language, "captcha": captcha}
        return str(self.ask("/sign-ups", sent)["sign_up_id"])


@pytest.fixture
def heard(
    world: World, service_engine: Callable[[str], Engine], clock: SteppedClock
) -> Callable[[], LetterWritten]:
    """`heard()`: the last letter that members wrote, taken in twice as from the topic."""
    query = text(
        "SELECT message FROM event_log WHERE topic = 'letters'"
        " ORDER BY transaction_id DESC, position DESC LIMIT 1"
    )

    def hear() -> LetterWritten:
        with service_engine("members").connect() as connection:
            message = connection.scalar(query).encode()
        received = read_data(open_envelope(message), msgspec.json.Decoder(LetterWritten))
        with world.engine.begin() as connection:
            send_letters(connection, [received, received], clock)
        return received.data

    return hear


@pytest.mark.parametrize("language", WORDS)
def test_a_code_reaches_who_is_no_member_yet_and_stays_nowhere(
    world: World, heard: Callable[[], LetterWritten], language: str
) -> None:
    """INVARIANT: no code, number or address in an event, in a table of ours or at a clerk's."""
    newcomer = Newcomer(world)
    path = f"/sign-ups/{newcomer.begins(language)}/phone-code"
    letter = heard()
    assert world.sender().send_due() == 1
    [words] = world.inbox(newcomer.phone)
    assert WORDS[language] in words
    [code] = re.findall(r"^\d{6}\b", words)
    assert newcomer.ask(path, {"code": code})["state"] == "email"
    with world.engine.connect() as connection:
        kept = connection.scalars(text("SELECT messages::text FROM messages")).all()
    assert len(kept) == 1
    for place in (*kept, str(letter)):
        assert code not in place
        assert newcomer.phone[1:] not in place


def test_a_letter_that_was_replaced_or_used_is_not_sent(
    world: World, heard: Callable[[], LetterWritten], service_engine: Callable[[str], Engine]
) -> None:
    Newcomer(world).begins("en")
    letter = heard()
    with service_engine("members").begin() as connection:
        connection.execute(
            text("DELETE FROM letters WHERE letter_id = :id"), {"id": letter.letter_id}
        )
    world.sender().send_due()
    with world.engine.connect() as connection:
        row = connection.execute(text("SELECT state, said FROM messages")).one()
    assert tuple(row) == (State.REFUSED, "the letter is not there any more")


def test_a_letter_waits_while_members_is_away(
    world: World, heard: Callable[[], LetterWritten]
) -> None:
    Newcomer(world).begins("en")
    heard()
    world.sender(members=NOWHERE).send_due()
    with world.engine.connect() as connection:
        row = connection.execute(text("SELECT state, said FROM messages")).one()
    assert tuple(row) == (State.UNSENT, "the letter: NotSent")
