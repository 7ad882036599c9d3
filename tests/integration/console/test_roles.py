"""The table of roles is all there is: it makes the cases, and a route without an entry fails."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from services.console.acts.table import ACTS as TABLE
from services.console.clerks.domain import Role
from services.console.roles import ACTS, LEAST, OPEN, OWN, PAGES
from tests.integration.console.browser import OPERATOR, Clerk

_ID = "3f6c2a9e-9a2b-4d5e-8f00-000000000001"
_EXAMPLES = {
    "uuid": _ID,
    "slug": "home-market",
    "month": "2026-12",
    "service": "payout",
    "path": "x",
    "default": "x",
}


def paths_of(app: Flask) -> dict[str, str]:
    """An address of each endpoint that a clerk may open."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN | OWN:
            found[rule.endpoint] = re.sub(
                r"<(?:(\w+):)?\w+>", lambda one: _EXAMPLES[one[1] or "default"], rule.rule
            )
    return found


def test_every_route_has_its_entry(console: Flask) -> None:
    """INVARIANT: a page or act without a least role lets nobody in, and is found here."""
    endpoints = {rule.endpoint for rule in console.url_map.iter_rules()}
    assert endpoints == OPEN | OWN | LEAST.keys()
    assert {act.name for act in TABLE} == ACTS.keys()
    assert not PAGES.keys() & ACTS.keys()
    assert not (OPEN | OWN) & LEAST.keys()


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_the_table_says_and_nothing_else(
    console: Flask, clerk: Callable[..., Clerk], role: Role
) -> None:
    """For every page and act: 403 below its least role, anything else from it on."""
    somebody = clerk(role.value)
    for endpoint, path in paths_of(console).items():
        may = role.may(LEAST[endpoint])
        seen = somebody.get(path).status_code
        assert (seen != 403) == may, f"{role} {endpoint} {path}: {seen}"
        if endpoint in ACTS and not may:
            assert somebody.post(path, hidden=somebody.hidden("/")).status_code == 403


def test_a_stranger_is_led_to_the_sign_in(console: Flask) -> None:
    for endpoint, path in paths_of(console).items():
        answer = console.test_client().get(path)
        assert answer.status_code == 302, endpoint
        assert answer.location.startswith("/sign-in"), endpoint


def test_the_menu_shows_what_one_may_open(clerk: Callable[..., Clerk]) -> None:
    assert 'href="/clerks"' in clerk("admin").get("/").text
    assert 'href="/clerks"' not in clerk("finance").get("/").text


@pytest.mark.parametrize("key", ["", "Bearer wrong"])
def test_clerks_are_made_with_the_operators_key_alone(console: Flask, key: str) -> None:
    client = console.test_client()
    for method, path in (
        ("GET", "/api/clerks"),
        ("POST", "/api/clerks"),
        ("POST", "/api/clerks/anna/renew"),
        ("POST", "/api/clerks/anna/end"),
    ):
        answer = client.open(path, method=method, headers={"Authorization": key}, json={})
        assert answer.status_code == 401, path
        assert answer.content_type == "application/problem+json"


def test_a_wrong_clerk_is_refused_with_its_field(console: Flask) -> None:
    client = console.test_client()
    for sent, field in (
        ({"name": "Anna!", "role": "clerk"}, "name"),
        ({"name": "anna-2", "role": "king"}, "role"),
    ):
        answer = client.post("/api/clerks", json=sent, headers=OPERATOR)
        assert answer.status_code == 422
        assert [one["field"] for one in answer.get_json()["errors"]] == [field]


def test_a_name_is_given_once(console: Flask, clerk: Callable[..., Clerk]) -> None:
    sent = {"name": clerk().name, "role": "admin"}
    answer = console.test_client().post("/api/clerks", json=sent, headers=OPERATOR)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "clerk_taken")
