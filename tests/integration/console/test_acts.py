"""Acts: once on a double click, noted before and after, refused beside the field."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from tests.integration.console.browser import Clerk
from tests.integration.console.conftest import KEY


@pytest.fixture
def acts(service_engine: Callable[[str], Engine]) -> Callable[[str], list[Any]]:
    """`acts(subject)`: what the log says of it, the oldest first."""

    def read(subject: str) -> list[Any]:
        query = text("""
            SELECT clerk, role, act, reason, outcome, said FROM acts
            LEFT JOIN act_outcomes USING (act_id) WHERE subject = :subject ORDER BY number
        """)
        with service_engine("console").connect() as connection:
            return list(connection.execute(query, {"subject": subject}))

    return read


def status_of(neighbours: dict[str, str], member_id: str) -> str:
    url = f"{neighbours['members']}/members/{member_id}"
    return str(requests.get(url, headers=KEY, timeout=5).json()["status"])


def decisions_of(neighbours: dict[str, str], member_id: str) -> list[Any]:
    url = f"{neighbours['members']}/members/{member_id}/decisions"
    return list(requests.get(url, headers=KEY, timeout=5).json()["data"])


def test_an_act_is_done_in_its_clerks_name_and_noted(
    clerk: Callable[..., Clerk],
    member: dict[str, Any],
    neighbours: dict[str, str],
    acts: Callable[[str], list[Any]],
) -> None:
    anna, member_id = clerk(), member["member_id"]
    answer = anna.post(f"/acts/member-block/{member_id}", reason="Sold his account.")
    assert (answer.status_code, answer.location) == (303, f"/members/{member_id}")
    [decision] = decisions_of(neighbours, member_id)
    assert (decision["clerk"], decision["reason"]) == (anna.name, "Sold his account.")
    assert [tuple(one) for one in acts(member_id)] == [
        (anna.name, "clerk", "member-block", "Sold his account.", "done", "")
    ]
    assert "Sold his account." in anna.get(f"/members/{member_id}").text


def test_a_double_click_is_done_once(
    clerk: Callable[..., Clerk],
    member: dict[str, Any],
    neighbours: dict[str, str],
    acts: Callable[[str], list[Any]],
) -> None:
    """INVARIANT: two sendings of one form are one act. A look beforehand would let both pass."""
    anna, member_id = clerk(), member["member_id"]
    path = f"/acts/member-block/{member_id}"
    shown = anna.hidden(path)
    with ThreadPoolExecutor(4) as threads:
        twins = list(
            threads.map(lambda _: anna.post(path, hidden=shown, reason="Twice."), range(4))
        )
    assert {one.status_code for one in twins} == {303}
    assert len(decisions_of(neighbours, member_id)) == 1
    assert len(acts(member_id)) == 1


def test_one_form_with_two_contents_is_refused(
    clerk: Callable[..., Clerk], member: dict[str, Any], neighbours: dict[str, str]
) -> None:
    anna, member_id = clerk("finance"), member["member_id"]
    path = f"/acts/member-block/{member_id}"
    shown = anna.hidden(path)
    anna.post(path, hidden=shown, reason="One.")
    answer = anna.post(path, hidden=shown, reason="Another.")
    assert answer.status_code == 409
    assert "sent before with other content" in answer.text
    assert [one["reason"] for one in decisions_of(neighbours, member_id)] == ["One."]


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_done(
    clerk: Callable[..., Clerk],
    member: dict[str, Any],
    neighbours: dict[str, str],
    acts: Callable[[str], list[Any]],
) -> None:
    anna, member_id = clerk(), member["member_id"]
    answer = anna.post(f"/acts/member-block/{member_id}", reason="   ")
    assert answer.status_code == 422
    assert 'id="reason-fault"' in answer.text
    assert status_of(neighbours, member_id) == "active"
    assert acts(member_id) == []


@pytest.mark.parametrize("reason", ["x" * 201, "a\x00b", "<script>alert(1)</script>" * 20])
def test_a_bad_reason_is_kept_shown_as_text_and_refused(
    clerk: Callable[..., Clerk], member: dict[str, Any], neighbours: dict[str, str], reason: str
) -> None:
    anna = clerk()
    answer = anna.post(f"/acts/member-block/{member['member_id']}", reason=reason)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert status_of(neighbours, member["member_id"]) == "active"


def test_what_the_service_refuses_is_said_with_what_was_typed(
    clerk: Callable[..., Clerk], acts: Callable[[str], list[Any]]
) -> None:
    nobody = str(uuid.uuid4())
    anna = clerk()
    answer = anna.post(
        "/acts/correction-new", member_id=nobody, kind="credit", amount="0", reason="A gift."
    )
    assert answer.status_code in (409, 422)
    assert "A gift." in answer.text
    assert nobody in answer.text
    [noted] = acts(nobody)
    assert (noted.act, noted.outcome) == ("correction-new", "refused")


def test_a_number_that_is_none_never_reaches_the_service(
    clerk: Callable[..., Clerk], member: dict[str, Any], acts: Callable[[str], list[Any]]
) -> None:
    typed = {"member_id": member["member_id"], "kind": "credit", "reason": "A gift."}
    answer = clerk().post("/acts/correction-new", amount="ten", **typed)
    assert answer.status_code == 422
    assert 'id="amount-fault"' in answer.text
    assert 'value="ten"' in answer.text
    assert acts(member["member_id"]) == []


def test_a_service_that_is_away_is_said_so_and_noted(
    clerk: Callable[..., Clerk], acts: Callable[[str], list[Any]]
) -> None:
    boris = clerk("finance")
    answer = boris.post("/acts/run-begin", month="2031-01")
    assert answer.status_code == 503
    assert "nothing was done" in answer.text
    assert 'value="2031-01"' in answer.text
    assert acts("2031-01")[-1].outcome == "not_sent"


def test_what_was_typed_is_kept_though_nobody_tells_what_it_is_about(
    clerk: Callable[..., Clerk],
) -> None:
    path = f"/acts/certificate-void/{uuid.uuid4()}"
    answer = clerk("finance").post(path, reason="Sent to a stranger.")
    assert answer.status_code == 503
    assert "Sent to a stranger." in answer.text


def test_without_the_forms_token_nothing_is_done(
    clerk: Callable[..., Clerk], member: dict[str, Any], neighbours: dict[str, str]
) -> None:
    anna = clerk()
    path = f"/acts/member-block/{member['member_id']}"
    shown = anna.hidden(path) | {"csrf_token": "forged"}
    assert anna.post(path, hidden=shown, reason="Forged.").status_code == 400
    assert status_of(neighbours, member["member_id"]) == "active"


def test_the_log_cannot_be_changed(
    clerk: Callable[..., Clerk],
    member: dict[str, Any],
    service_engine: Callable[[str], Engine],
) -> None:
    """INVARIANT: who did what stays. The role may not change it, and a trigger says so too."""
    clerk().post(f"/acts/member-block/{member['member_id']}", reason="Kept.")
    for change in ("UPDATE acts SET clerk = 'nobody'", "DELETE FROM act_outcomes"):
        with (
            pytest.raises(DatabaseError, match=r"append-only|permission denied"),
            service_engine("console").begin() as connection,
        ):
            connection.execute(text(change))


def test_an_admin_gives_roles_but_not_to_himself(clerk: Callable[..., Clerk]) -> None:
    admin, anna = clerk("admin"), clerk("viewer")
    answer = admin.post(f"/acts/clerk-role/{anna.name}", role="finance", reason="Promoted.")
    assert answer.status_code == 303
    assert anna.get("/").location == "/sign-in"
    own = admin.post(f"/acts/clerk-role/{admin.name}", role="viewer", reason="Tired.")
    assert own.status_code == 422
    assert "another admin" in own.text


def test_secrets_of_a_new_clerk_are_shown_once(clerk: Callable[..., Clerk]) -> None:
    admin, name = clerk("admin"), f"new-{uuid.uuid4().hex[:8]}"
    shown = admin.hidden("/acts/clerk-add")
    answer = admin.post("/acts/clerk-add", hidden=shown, name=name, role="clerk")
    assert "otpauth://" in answer.text
    assert "data:image/svg+xml" in answer.text
    again = admin.post("/acts/clerk-add", hidden=shown, name=name, role="clerk")
    assert (again.status_code, "otpauth" in again.text) == (303, False)
