"""Whatever a neighbour answers, the sender lives, and the message is sent when he has recovered."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.notifications.domain import State
from services.notifications.outside import Outside, Text, TryLater
from shared.http_client import HttpClient
from tests.integration.notifications.conftest import World, topped_up
from tests.support.answers import answering

SOMEBODY = UUID("385b334f-922a-4e42-8673-1ab85585c0d6")
HELLO = Text("sms", "+79280000000", "Hello")
HTML = b"<html><body>Welcome to the portal</body></html>"
UNREADABLE = {
    "html": HTML,
    "nothing": b"",
    "a list": b"[]",
    "an empty object": b"{}",
    "null": b"null",
    "no text": b"\xff\xfe\x00",
    "a deep hole": b"[" * 100_000,
    "nulls": b'{"phone": null, "code": null, "denomination": null, "status": null}',
    "empty texts": b'{"phone": "", "code": "", "denomination": 500, "status": ""}',
    "other types": b'{"phone": 79280000000, "code": 7, "denomination": "500", "status": 7}',
    "a state of no message": b'{"data": [{"state": "delivered"}]}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_an_answer_that_cannot_be_read_is_asked_for_again(body: bytes) -> None:
    """INVARIANT: what nobody agreed to is neither a phone, nor a code, nor a message sent."""
    with answering(lambda _method, _path: (200, body)) as broken:
        outside = Outside(*[HttpClient(broken)] * 3)
        for call in (
            lambda: outside.contact(SOMEBODY),
            lambda: outside.certificate(str(SOMEBODY)),
            lambda: outside.letter(str(SOMEBODY)),
            lambda: outside.send(SOMEBODY, HELLO),
            lambda: outside.states([SOMEBODY]),
        ):
            with pytest.raises(TryLater, match="an answer that cannot be read"):
                call()


@pytest.mark.parametrize("neighbour", ["members", "gateway"])
def test_the_sender_lives_and_sends_it_later(world: World, neighbour: str) -> None:
    """INVARIANT: one bad answer must not end the process: it would, again after every lease."""
    member_id, phone = world.member()
    world.tell(topped_up(member_id))
    with answering(lambda _method, _path: (200, HTML)) as broken:
        assert world.sender(**{neighbour: broken}).send_due() == 1
    [row] = world.rows(member_id)
    assert (row.state, row.attempts) == (State.UNSENT, 1)
    world.clock.move(timedelta(seconds=2))
    assert world.sender().send_due() == 1
    assert len(world.inbox(phone)) == 1


def test_a_redirect_is_no_answer() -> None:
    """A portal on the way sends callers to its own page: nothing was handed over."""
    with answering(lambda _method, _path: (302, b'{"status": "accepted"}')) as broken:
        outside = Outside(*[HttpClient(broken)] * 3)
        with pytest.raises(TryLater, match="answered 302"):
            outside.send(SOMEBODY, HELLO)


def test_a_message_that_cannot_be_written_does_not_stop_the_others(world: World) -> None:
    """INVARIANT: a fault of ours with one message ends neither the process nor the other ones."""
    (broken_id, phone), (member_id, other_phone) = world.member(), world.member()
    world.tell(replace(topped_up(broken_id), facts={}), topped_up(member_id))
    world.sender().send_due()
    [row] = world.rows(broken_id)
    assert (row.state, row.said) == (State.UNSENT, "a fault of ours: KeyError")
    assert (world.inbox(phone), len(world.inbox(other_phone))) == ([], 1)
