"""An operator's own profile: a network is added by a file alone, and each version is named."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from services.partner_postback.click_id import ClickIds
from services.partner_postback.partners import Directory
from services.partner_postback.work.held import HeldRetry
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk, Partner

README = Path("services/partner_postback/networks/README.md")


@pytest.fixture
def engine(fresh_engine: Callable[[str], Engine]) -> Engine:
    """A database of each test alone: profiles are everybody's."""
    return fresh_engine("partner_postback")


def example() -> str:
    found = re.search(r"```yaml\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    return found[1]


def put(desk: Desk, name: str, body: str | bytes, query: str = "") -> TestResponse:
    return desk.client.put(f"/profiles/{name}{query}", data=body, headers=CLERK)


def changed(**parts: Any) -> str:
    return yaml.safe_dump({**yaml.safe_load(example()), "words": WORDS, **parts})


WORDS = {"new": "reported", "ok": "approved", "no": "declined"}


@pytest.fixture
def partner(desk: Desk) -> Partner:
    """A partner that may send what nobody has said how to read before."""
    assert put(desk, "example", example()).status_code == 200
    desk.store()
    return desk.partner(formats=["example"])


def push(desk: Desk, partner: Partner, **changes: str) -> TestResponse:
    moment = str(int(desk.clock().timestamp()) - 60)
    sent = {"secret": partner.key, "sub1": partner.click(hours=1), "sale": "N-1", "sum": "1099,50"}
    path = f"/postbacks/{partner.partner_id}/example"
    return desk.client.get(path, query_string={**sent, "time": moment, **changes})


def newest(partner: Partner) -> dict[str, Any]:
    page = partner.read("/receipts", limit=1).json
    assert page
    receipt = partner.read(f"/receipts/{page['data'][0]['receipt_id']}").json
    return dict(receipt or {})


def test_a_network_is_added_by_a_file_alone(desk: Desk, partner: Partner) -> None:
    answer = push(desk, partner)
    assert (answer.status_code, answer.text) == (200, "OK")
    receipt = newest(partner)
    assert (receipt["verdict"], receipt["format"]) == ("accepted", "example")
    assert partner.key not in receipt["request"]["query"]
    (event,) = desk.events()
    assert (event["data"]["paid_minor"], event["data"]["currency"]) == (109_950, "RUB")


def test_its_answer_is_the_same_whatever_the_verdict(desk: Desk, partner: Partner) -> None:
    for changes, verdict in (
        ({"sum": "1.5"}, "refused"),
        ({"is_test": "1"}, "refused"),
        ({"sub1": "x" * 64}, "held"),
        ({"sub1": "{sub1}"}, "refused"),
    ):
        answer = push(desk, partner, **changes)
        assert (answer.status_code, answer.text) == (200, "OK")
        assert newest(partner)["verdict"] == verdict
        desk.clock.move(timedelta(seconds=1))
    assert push(desk, partner, secret="wrong").status_code == 401


def test_a_changed_profile_is_a_new_version_and_receipts_name_theirs(
    desk: Desk, partner: Partner
) -> None:
    push(desk, partner)
    first = newest(partner)["format_version"]
    again = put(desk, "example", example()).json
    assert again
    assert again["version"] == first
    dotted = put(desk, "example", changed(decimal="dot")).json
    assert dotted
    assert dotted["version"] != first
    desk.clock.move(timedelta(seconds=1))
    assert push(desk, partner, sale="N-2", sum="7.25").status_code == 200
    receipt = newest(partner)
    assert (receipt["verdict"], receipt["format_version"]) == ("accepted", dotted["version"])
    with desk.engine.connect() as connection:
        kept = connection.scalars(text("SELECT version FROM profiles ORDER BY profile_number"))
        assert kept.all() == [first, dotted["version"]]


def test_what_is_held_is_read_by_the_newest_version_and_says_so(
    desk: Desk, partner: Partner
) -> None:
    with desk.engine.begin() as connection:
        connection.execute(text("DELETE FROM stores"))
    push(desk, partner, sum="7,25", kind="books")
    held = newest(partner)
    assert (held["verdict"], held["code"]) == ("held", "unknown_store")
    fields = yaml.safe_load(example())["fields"]
    renewed = put(desk, "example", changed(fields={**fields, "category": ["kind"]})).json
    assert renewed
    desk.store()
    clicks = ClickIds([CLICK_KEY])
    HeldRetry(desk.engine, Directory(desk.engine), clicks, desk.clock, desk.clock()).retry_once()
    receipt = newest(partner)
    assert (receipt["verdict"], receipt["format_version"]) == ("accepted", renewed["version"])
    assert receipt["format_version"] != held["format_version"]
    assert desk.events()[0]["data"]["category"] == "books"


def test_a_dry_run_checks_and_keeps_nothing(desk: Desk) -> None:
    assert put(desk, "example", example(), "?dry_run=true").status_code == 200
    wrong = put(desk, "example", "about: x", "?dry_run=true")
    assert wrong.json
    assert {one["field"] for one in wrong.json["errors"]} == {"fields", "words"}
    with desk.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM profiles")) == 0
    answer = desk.client.get("/profiles", headers=CLERK).json
    assert answer
    assert "example" not in {one["name"] for one in answer["data"]}


@pytest.mark.parametrize("flag", ["True", "1", "yes", "", "true&dry_run=true"])
def test_what_may_mean_a_dry_run_keeps_nothing(desk: Desk, flag: str) -> None:
    assert put(desk, "example", example(), f"?dry_run={flag}").status_code in (400, 422)
    with desk.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM profiles")) == 0


@pytest.mark.parametrize(
    "hostile",
    [
        "zone: !!timestamp soon",
        "zone: !!int ''",
        "zone: !!bool perhaps",
        "zone: !!float ''",
        "ignored: !!set {a, b}",
        "ignored: [!!binary aGVsbG8=]",
        'zone: "\\UFFFFFFFF"',
        "moments: ['%Y-%m-%d %d']",
    ],
)
def test_yaml_that_makes_no_profile_is_refused(desk: Desk, hostile: str) -> None:
    answer = put(desk, "example", f"{example()}\n{hostile}\n")
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_fields")


def test_a_profile_that_is_wrong_changes_nothing(desk: Desk, partner: Partner) -> None:
    answer = put(desk, "example", changed(decimal="point"))
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (422, "invalid_fields")
    assert [one["field"] for one in answer.json["errors"]] == ["decimal"]
    assert push(desk, partner).status_code == 200
    assert newest(partner)["verdict"] == "accepted"


@pytest.mark.parametrize("name", ["awin", "signed", "form", "csv"])
def test_what_comes_with_the_programme_cannot_be_replaced(desk: Desk, name: str) -> None:
    answer = put(desk, name, example())
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (409, "reserved_name")


def test_only_clerks_see_and_change_profiles(desk: Desk, partner: Partner) -> None:
    for key in ("wrong", partner.key):
        bearer = {"Authorization": f"Bearer {key}"}
        assert desk.client.put("/profiles/x", data=example(), headers=bearer).status_code == 401
        assert desk.client.get("/profiles", headers=bearer).status_code == 401


def test_a_name_is_a_slug(desk: Desk) -> None:
    for name in ("Example", "a_b", "a" * 65):
        assert put(desk, name, example()).status_code == 422


def test_a_kept_profile_that_cannot_be_used_any_more_stops_nobody_else(
    desk: Desk, partner: Partner
) -> None:
    """INVARIANT: one old row would otherwise keep every partner from being found."""
    with desk.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO profiles (name, version, document, created_at) "
                "VALUES ('ancient', 'v', '{\"about\": \"x\", \"gone\": 1}', now())"
            )
        )
    put(desk, "other", example())
    assert push(desk, partner).status_code == 200
    assert newest(partner)["verdict"] == "accepted"
    path = f"/postbacks/{partner.partner_id}/ancient?token={partner.key}"
    assert desk.client.get(path).status_code == 404
