"""A relative is asked on his own phone, by a code that stays nowhere on the way."""

import re
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import requests
from flask import Flask
from sqlalchemy import text

from services.notifications.domain import News, State, news_of_relative
from shared.clock import utc_now
from shared.identity import SESSION_COOKIE, Sessions
from tests.integration.notifications.conftest import CLERK_KEY, NOWHERE, World

WORDS = {"en": "cashback", "ru": "кешбэком", "uk": "кешбеком", "sv": "cashback"}


class Member:
    """A signed-in member who names a relative."""

    def __init__(self, world: World, language: str = "en") -> None:
        self.member_id, self.phone = world.member(language)
        self.world = world
        self.relative_phone = f"+7928{secrets.randbelow(10**7):07d}"
        sent = {"phone": self.relative_phone, "label": "mother"}
        answer = self.ask("", json=sent)
        self.relative_id = answer["relative_id"]

    def ask(self, path: str, **options: Any) -> dict[str, Any]:
        # The members service has a clock of its own.
        ends_at = utc_now() + timedelta(days=1)
        cookie = Sessions([bytes.fromhex("6b" * 32)]).seal(self.member_id, ends_at)
        url = f"{self.world.members_url}/me/relatives{path}"
        answer = requests.post(url, cookies={SESSION_COOKIE: cookie}, timeout=5, **options)
        assert answer.ok, answer.text
        return dict(answer.json())

    def agrees(self, code: str) -> str:
        return str(self.ask(f"/{self.relative_id}/consent", json={"code": code})["state"])

    def news(self, question: int = 1) -> News:
        news = news_of_relative(UUID(self.relative_id), self.member_id, "asked", question)
        assert news is not None
        return news


@pytest.mark.parametrize("language", WORDS)
def test_the_code_reaches_the_relative_alone(world: World, app: Flask, language: str) -> None:
    """INVARIANT: no code and no number in a table of ours or in a clerk's list."""
    member = Member(world, language)
    world.tell(member.news())
    world.tell(member.news())
    assert world.sender().send_due() == 1
    [words] = world.inbox(member.relative_phone)
    assert world.inbox(member.phone) == []
    assert WORDS[language] in words
    assert member.phone[-4:] in words
    assert member.phone[1:] not in words
    [code] = re.findall(r"\b\d{6}\b", words)
    assert member.agrees(code) == "consented"

    with world.engine.connect() as connection:
        kept = connection.scalars(text("SELECT messages::text FROM messages")).all()
    shown = app.test_client().get(
        f"/messages?member_id={member.member_id}", headers={"Authorization": f"Bearer {CLERK_KEY}"}
    )
    assert shown.status_code == 200
    for place in (*kept, shown.text):
        assert code not in place
        assert member.relative_phone[1:] not in place


def test_a_question_that_is_not_the_last_one_is_not_sent(world: World) -> None:
    member = Member(world)
    world.tell(member.news(question=2))
    world.sender().send_due()
    [row] = world.rows(member.member_id)
    assert (row.state, row.said) == (State.REFUSED, "the question is not there any more")
    assert world.inbox(member.relative_phone) == []


def test_a_question_waits_while_members_is_away(world: World) -> None:
    member = Member(world)
    world.tell(member.news())
    world.sender(members=NOWHERE).send_due()
    [row] = world.rows(member.member_id)
    assert (row.state, row.said) == (State.UNSENT, "the question: NotSent")


@pytest.mark.parametrize("state", ["consented", "withdrawn"])
def test_an_answered_question_is_no_news(state: str) -> None:
    assert news_of_relative(UUID(int=1), UUID(int=2), state, 1) is None
