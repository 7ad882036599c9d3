"""Addresses and forms that nobody wrote in good faith: told so, never by a 5xx."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.integration.console.browser import Clerk, clerk_of
from tests.support.clock import SteppedClock


@pytest.mark.parametrize(
    "path",
    [
        "/claims?after=x",
        "/claims?state=x&overdue=y",
        "/corrections?state=%00",
        "/acts?before=99999999999999999999",
        "/acts?clerk=%00&subject=%FF",
        "/reports?from=2026-99-99&to=x",
        "/reports/clicks.csv?from=2030-01-01&to=2020-01-01",
        "/members/3f6c2a9e-9a2b-4d5e-8f00-000000000001",
        "/members/not-an-id",
        "/runs/2026-13",
        "/acts/parked-replay/nobody/3f6c2a9e-9a2b-4d5e-8f00-000000000001",
        "/acts/correction-new?member_id=%3Cscript%3E",
        "//evil.example",
    ],
)
def test_a_changed_address_is_answered(clerk: Callable[..., Clerk], path: str) -> None:
    answer = clerk("admin").get(path)
    assert answer.status_code < 500, answer.text
    assert "<script>" not in answer.text.replace("<script src=", "")


def test_what_can_be_no_name_signs_nobody_in(console: Flask, clock: SteppedClock) -> None:
    somebody = clerk_of(console, clock, "viewer")
    for name in ("\x00", "a" * 10_000, "\u202eanna", "' OR 1=1 --"):
        answer = somebody.try_to_sign_in(name=name, code="\uff11" * 6)
        assert answer.status_code == 422, name


def test_a_megabyte_in_a_field_is_too_large(
    clerk: Callable[..., Clerk], member: dict[str, Any]
) -> None:
    path = f"/acts/member-block/{member['member_id']}"
    assert clerk().post(path, reason="x" * 1_100_000).status_code == 413


def test_a_version_that_is_none_is_refused_and_nothing_is_noted(
    clerk: Callable[..., Clerk],
) -> None:
    claim_id = "3f6c2a9e-9a2b-4d5e-8f00-000000000001"
    anna = clerk()
    answer = anna.post(f"/acts/claim-refuse/{claim_id}", reason="No.", version="one")
    assert answer.status_code == 422
    assert clerk("finance").get(f"/acts?subject={claim_id}").text.count(anna.name) == 0


def test_each_fault_above_a_form_names_its_field(
    clerk: Callable[..., Clerk], member: dict[str, Any]
) -> None:
    """ "Fill this in." stood there three times, and nobody knew what."""
    page = clerk("finance").post(
        "/acts/correction-new", member_id=member["member_id"], kind="credit", amount="", reason=""
    )
    assert page.status_code == 422
    summary = page.text.partition('class="faults"')[2].partition("</div>")[0]
    assert '<a href="#amount">Points: Fill this in.</a>' in summary
    assert '<a href="#reason">Reason: Fill this in.</a>' in summary
