"""A certificate's code goes from payout to the member's phone, and stays nowhere on the way."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from services.notifications.config import Patience
from services.notifications.domain import State, news_of_completed
from services.payout.config import Patience as PayoutPatience
from services.payout.domain import Kind as PayoutKind
from services.payout.goals import Wish
from services.payout.store import certificates
from shared.database import connect
from shared.http_client import HttpClient
from tests.integration.notifications.conftest import CLERK_KEY, NOWHERE, SERVICE_KEY, World
from tests.integration.payout.world import Operator
from tests.integration.payout.world import World as PayoutWorld
from tests.support.processes import serving


@pytest.fixture
def payout(
    world: World, fresh_service_url: Callable[[str], str], tmp_path: Path
) -> Iterator[tuple[PayoutWorld, Path]]:
    """Payout as a process, and a hand on its database; answers where it logs, too."""
    settings = {
        "DATABASE_URL": fresh_service_url("payout"),
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "OPERATOR_KEY": CLERK_KEY,
        "SERVICE_KEY": SERVICE_KEY,
        "SESSION_KEYS": "6b" * 32,
        "CERTIFICATE_KEYS": (b"c" * 32).hex(),
        "MANIFEST_KEYS": (b"m" * 32).hex(),
        "MEMBERS_URL": world.members_url,
        "OPERATOR_BILLING_URL": NOWHERE,
    }
    engine: Engine = connect(settings["DATABASE_URL"])
    with serving("payout", "web", tmp_path, settings) as url:
        world.payout_url = url
        members = HttpClient(world.members_url, bearer=CLERK_KEY)
        patience = PayoutPatience(*[Patience().lease] * 5)
        yield PayoutWorld(engine, Operator(NOWHERE), members, world.clock, patience), tmp_path
    engine.dispose()


def test_a_code_reaches_the_phone_and_nothing_else(
    world: World, payout: tuple[PayoutWorld, Path], app: Flask
) -> None:
    """INVARIANT: no code in a table of ours, in a log, or in a clerk's list."""
    payouts, folder = payout
    made = payouts.reserved(Wish(PayoutKind.CERTIFICATE, target=500), points=734)
    payouts.issue()
    with payouts.engine.connect() as connection:
        [issued] = certificates.of_member(connection, made.member_id)
    code = payouts.book.open(issued.certificate_id, issued.code_sealed)
    world.tell(*news_of_completed(made.payout_id, made.member_id, 500, [issued.certificate_id]))
    assert world.sender().send_due() == 1
    [words] = world.inbox(payouts.phones[made.member_id])
    assert code in words
    assert "500" in words

    [row] = world.rows(made.member_id)
    assert row.state == State.SENT
    with world.engine.connect() as connection:
        kept = connection.scalars(text("SELECT messages::text FROM messages")).all()
    logs = "".join(path.read_text() for path in folder.glob("*.log"))
    shown = app.test_client().get(
        f"/messages?member_id={made.member_id}", headers={"Authorization": f"Bearer {CLERK_KEY}"}
    )
    assert shown.status_code == 200
    for place in (*kept, logs, shown.text):
        assert code not in place
        assert code.replace("-", "") not in place


def test_a_certificate_waits_while_payout_is_away(world: World) -> None:
    member_id, phone = world.member()
    [news] = news_of_completed(member_id, member_id, 500, [member_id])
    world.tell(news)
    world.sender().send_due()
    [row] = world.rows(member_id)
    assert (row.state, row.said) == (State.UNSENT, "the certificate: NotSent")
    assert world.inbox(phone) == []
