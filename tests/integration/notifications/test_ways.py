"""News go by the way that the member chose at the real members, once each, and not at night."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from services.notifications.domain import Kind, State
from services.notifications.following.follower import ASKED_FOR, Follower
from services.notifications.texts import compose
from tests.integration.notifications.conftest import NOWHERE, World, topped_up

WORDS = compose(Kind.TOP_UP_COMPLETED, "en", {"amount": 300})
Chooses = Callable[..., str]


@pytest.fixture
def chooses(service_engine: Callable[[str], Engine]) -> Chooses:
    """`chooses(member_id, sms=.., email=.., linked=..)`: keep it at members; answers the e-mail."""

    def choose(
        member_id: UUID, *, sms: bool, email: bool, linked: bool = True, quiet: str | None = None
    ) -> str:
        address = f"{member_id}@mail.example"
        how = f'{{"payouts": {{"sms": {sms}, "email": {email}, "site": true}}}}'.lower()
        values = {"id": member_id, "how": how, "email": address, "quiet": quiet}
        with service_engine("members").begin() as connection:
            if linked:
                connection.execute(
                    text(
                        "UPDATE members SET email = :email, email_linked_at = now()"
                        " WHERE member_id = :id"
                    ),
                    values,
                )
            connection.execute(
                text(
                    "INSERT INTO member_settings (member_id, notices, quiet_from, quiet_until)"
                    " VALUES (:id, :how, CAST(:quiet AS time),"
                    " CAST(:quiet AS time) + interval '2 hours')"
                    " ON CONFLICT (member_id) DO UPDATE SET notices = excluded.notices,"
                    " quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until"
                ),
                values,
            )
        return address

    return choose


def follower(world: World) -> Follower:
    return Follower(world.engine, world.sender()._outside, world.clock)  # noqa: SLF001 - its own


def deliveries(world: World, member_id: UUID) -> list[tuple[str, str]]:
    return [(row.channel, row.delivery) for row in world.rows(member_id)]


def test_both_are_sent_once_however_often_the_news_is_heard(world: World, chooses: Chooses) -> None:
    """INVARIANT: one cause is one SMS and one mail. A cause without its channel would break it."""
    member_id, phone = world.member()
    email, news = chooses(member_id, sms=True, email=True), topped_up(member_id)
    world.gateway_fails("no_answer", phone, count=4)
    sender = world.sender()
    for _ in range(4):
        world.tell(news)
        sender.send_due()
        world.clock.move(timedelta(seconds=3))
    assert (world.inbox(phone), world.inbox(email)) == ([WORDS], [WORDS])
    [mail] = world.mails(email)
    assert mail["subject"] == "Your cashback payout"


@pytest.mark.parametrize(("linked", "at_phone"), [(True, []), (False, [WORDS])])
def test_who_wants_mail_and_has_none_gets_an_sms(
    world: World, chooses: Chooses, *, linked: bool, at_phone: list[str]
) -> None:
    member_id, phone = world.member()
    email = chooses(member_id, sms=False, email=True, linked=linked)
    world.tell(topped_up(member_id))
    world.sender().send_due()
    assert world.inbox(phone) == at_phone
    assert len(world.inbox(email)) + len(world.inbox(phone)) == 1


def test_who_wants_neither_is_left_in_peace(world: World, chooses: Chooses) -> None:
    member_id, phone = world.member()
    email = chooses(member_id, sms=False, email=False)
    world.tell(topped_up(member_id))
    world.sender().send_due()
    assert (world.inbox(phone), world.inbox(email)) == ([], [])
    assert [row.state for row in world.rows(member_id)] == [State.UNWANTED]


def test_a_message_waits_until_the_quiet_hours_end(world: World, chooses: Chooses) -> None:
    member_id, phone = world.member()
    moscow = world.clock() + timedelta(hours=3)
    chooses(member_id, sms=True, email=False, quiet=f"{moscow:%H:%M}")
    world.tell(topped_up(member_id))
    sender = world.sender()
    sender.send_due()
    [row] = world.rows(member_id)
    assert world.inbox(phone) == []
    assert row.send_after - world.clock() <= timedelta(hours=2)
    world.clock.now = row.send_after - timedelta(seconds=1)
    assert sender.send_due() == 0
    world.clock.now = row.send_after
    assert sender.send_due() == 1
    assert world.inbox(phone) == [WORDS]


def test_an_sms_that_failed_is_followed_by_one_mail(world: World, chooses: Chooses) -> None:
    """INVARIANT: asked twice, told once: the mail has a cause of its own."""
    member_id, phone = world.member()
    email = chooses(member_id, sms=True, email=False)
    world.gateway_fails("failed", phone)
    world.tell(topped_up(member_id))
    sender, asks = world.sender(), follower(world)
    sender.send_due()
    assert (asks.follow_due(), deliveries(world, member_id)) == (0, [("sms", "accepted")])
    for _ in range(2):
        world.clock.move(timedelta(seconds=30))
        asks.follow_due()
        sender.send_due()
    assert (world.inbox(phone), world.inbox(email)) == ([], [WORDS])
    assert deliveries(world, member_id) == [("sms", "failed"), ("email", "delivered")]


def test_a_failed_sms_of_somebody_without_mail_is_not_sent_again(world: World) -> None:
    member_id, phone = world.member()
    world.gateway_fails("failed", phone)
    world.tell(topped_up(member_id))
    sender = world.sender()
    sender.send_due()
    world.clock.move(timedelta(seconds=30))
    follower(world).follow_due()
    sender.send_due()
    assert world.inbox(phone) == []
    assert [(row.state, row.said) for row in world.rows(member_id)] == [
        (State.SENT, None),
        (State.REFUSED, "the member has no e-mail"),
    ]


def test_a_gateway_that_is_away_is_asked_again_and_one_day_no_more(world: World) -> None:
    member_id, _ = world.member()
    world.tell(topped_up(member_id))
    world.sender().send_due()
    broken = Follower(world.engine, world.sender(gateway=NOWHERE)._outside, world.clock)  # noqa: SLF001 - its own
    pauses = []
    for _ in range(3):
        [row] = world.rows(member_id)
        world.clock.now = row.check_at
        assert broken.follow_due() == 0
        pauses.append((world.rows(member_id)[0].check_at - world.clock()).total_seconds())
    assert pauses == [5, 10, 20]
    world.clock.move(ASKED_FOR)
    broken.follow_due()
    [row] = world.rows(member_id)
    assert (row.delivery, row.check_at) == ("accepted", None)
