"""A clerk sees what a member was told; nobody else does."""

import pytest
from flask import Flask

from tests.integration.notifications.conftest import CLERK_KEY, SERVICE_KEY, World, topped_up


def test_a_clerk_reads_a_members_messages(world: World, app: Flask) -> None:
    member_id, _ = world.member()
    world.tell(topped_up(member_id, 120))
    world.sender().send_due()
    answer = app.test_client().get(
        f"/messages?member_id={member_id}", headers={"Authorization": f"Bearer {CLERK_KEY}"}
    )
    [told] = answer.get_json()["data"]
    assert (told["kind"], told["state"], told["attempts"]) == ("top_up_completed", "sent", 1)
    assert "120" in told["text"]
    assert (told["channel"], told["delivery"], told["send_after"]) == ("sms", "accepted", None)


@pytest.mark.parametrize("key", ["", SERVICE_KEY, "wrong"])
def test_nobody_else_does(app: Flask, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    path = "/messages?member_id=00000000-0000-4000-8000-000000000000"
    assert app.test_client().get(path, headers=headers).status_code == 401


@pytest.mark.parametrize("query", ["", "member_id=1", "member_id=a&member_id=b", "limit=0"])
def test_a_wrong_question_is_refused(app: Flask, query: str) -> None:
    headers = {"Authorization": f"Bearer {CLERK_KEY}"}
    assert app.test_client().get(f"/messages?{query}", headers=headers).status_code in {400, 422}


def test_a_day_counts_what_was_told(world: World, app: Flask) -> None:
    member_id, _ = world.member()
    world.tell(topped_up(member_id, 120))
    headers = {"Authorization": f"Bearer {CLERK_KEY}"}
    [day] = app.test_client().get("/figures/days", headers=headers).get_json()["data"][-1:]
    assert day["made"] >= 1
    assert app.test_client().get("/figures/days").status_code == 401
