"""A claim's file over HTTP: taken, replaced, downloaded as bytes, refused with its field."""

import hashlib
from typing import Any

import pytest

from services.bonus_status.claims.files import LARGEST_BYTES
from tests.integration.bonus_status.api import CLERK
from tests.integration.bonus_status.claiming import Claims
from tests.integration.bonus_status.desk import Desk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PDF = b"%PDF-1.7\n" + bytes(100)


@pytest.fixture
def claims(desk: Desk) -> Claims:
    return Claims(desk)


def put(claims: Claims, claim: dict[str, Any], name: str, content: bytes, **headers: str) -> Any:
    path = f"/me/claims/{claim['claim_id']}/file"
    return claims.client.put(path, query_string={"name": name}, data=content, headers=headers)


def test_a_file_comes_back_byte_for_byte_and_opens_nowhere(claims: Claims) -> None:
    claim = claims.opened()
    content = PNG + bytes(LARGEST_BYTES - len(PNG))
    shown = put(claims, claim, "чек 1.png", content).get_json()["file"]
    assert shown == {
        "name": "чек 1.png",
        "media_type": "image/png",
        "size_bytes": LARGEST_BYTES,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    mine = claims.client.get(f"/me/claims/{claim['claim_id']}/file")
    clerks = claims.client.get(f"/claims/{claim['claim_id']}/file", headers=CLERK)
    for answer in (mine, clerks):
        assert answer.data == content
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment; filename")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_new_file_takes_the_place_of_the_old_one(claims: Claims) -> None:
    claim = claims.opened()
    put(claims, claim, "a.png", PNG)
    put(claims, claim, "b.pdf", PDF)
    assert claims.client.get(f"/claims/{claim['claim_id']}/file", headers=CLERK).data == PDF
    steps = [one["why"] for one in claims.seen(claim["claim_id"])["steps"]]
    assert steps[1:] == [f"sha256 {hashlib.sha256(one).hexdigest()}" for one in (PNG, PDF)]
    # The claim is as it was: whoever decides has seen its version.
    assert claims.does("send", claim).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "status", "code", "field"),
    [
        ("receipt.exe", PNG, 422, "wrong_extension", "name"),
        ("receipt", PNG, 422, "wrong_extension", "name"),
        ("receipt.pdf", PNG, 422, "wrong_type", "file"),
        ("receipt.png", b"<html>", 422, "wrong_type", "file"),
        ("receipt.png", b"", 422, "file_cut_short", "file"),
        ("receipt.png", PNG + bytes(LARGEST_BYTES), 413, "file_too_large", "file"),
        ("../receipt.png", PNG, 422, "invalid_fields", "name"),
        ("a\r\nSet-Cookie: x.png", PNG, 422, "invalid_fields", "name"),
    ],
)
def test_what_is_not_taken_names_its_field(  # noqa: PLR0913, PLR0917 - one case
    claims: Claims, name: str, content: bytes, status: int, code: str, field: str
) -> None:
    claim = claims.opened()
    answer = put(claims, claim, name, content)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert [one["field"] for one in problem["errors"]] == [field]
    assert claims.seen(claim["claim_id"])["file"] is None


def test_a_file_of_a_length_that_nobody_told_is_not_taken(claims: Claims) -> None:
    claim = claims.opened()
    chunked = {"Transfer-Encoding": "chunked"}
    answer = put(claims, claim, "a.txt", b"Paid: 1000", **chunked)
    assert (answer.status_code, answer.get_json()["code"]) == (411, "length_required")
    assert claims.seen(claim["claim_id"])["file"] is None


def test_an_ended_claim_takes_no_file(claims: Claims) -> None:
    claim = claims.done("refuse", claims.opened(), reason="no")
    assert put(claims, claim, "a.png", PNG).status_code == 409


def test_without_a_file_there_is_none_to_download(claims: Claims) -> None:
    claim = claims.opened()
    answer = claims.client.get(f"/claims/{claim['claim_id']}/file", headers=CLERK)
    assert (answer.status_code, answer.get_json()["code"]) == (404, "no_file")
