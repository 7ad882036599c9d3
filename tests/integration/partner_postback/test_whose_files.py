"""Whose files: a partner sends and sees its own alone; a clerk names whose."""

from uuid import uuid4

import pytest

from tests.integration.partner_postback.partner import CLERK, SERVICE_KEY, Desk
from tests.integration.partner_postback.uploads import FORMATS, Uploads, as_clerk, uploads


@pytest.fixture
def files(desk: Desk) -> Uploads:
    return uploads(desk)


def test_a_partner_sees_its_own_files_alone(files: Uploads, desk: Desk) -> None:
    file_id = files.taken_in(files.csv_of(["A-1"]))
    other = desk.partner("other", formats=FORMATS)
    for path in (f"/files/{file_id}", f"/files/{file_id}/rows", f"/files/{uuid4()}"):
        answer = other.read(path)
        assert answer.status_code == 404
        assert answer.json
        assert answer.json["code"] == "unknown_file"
        assert desk.client.get(path).status_code == 401
    assert other.read("/files").json == {"data": [], "next": None}
    listed = files.partner.read("/files").json
    assert listed
    assert [one["file_id"] for one in listed["data"]] == [file_id]
    assert desk.client.get(f"/files/{file_id}", headers=CLERK).status_code == 200


def test_a_clerk_names_the_partner_and_no_partner_another(files: Uploads, desk: Desk) -> None:
    content = files.csv_of(["A-1"])
    mine = files.partner.partner_id
    other = desk.partner("other", formats=FORMATS)
    assert as_clerk(desk, content).status_code == 422
    assert as_clerk(desk, content, partner_id="nobody").status_code == 404
    assert files.send(content, partner_id=other.partner_id).status_code == 404
    service = {"Authorization": f"Bearer {SERVICE_KEY}", "Content-Type": "text/csv"}
    path = f"/files?profile=csv&partner_id={mine}"
    assert desk.client.post(path, data=content, headers=service).status_code == 401
    assert desk.client.post(path, data=content).status_code == 401
    kept = as_clerk(desk, content, partner_id=mine)
    assert kept.status_code == 202
    assert kept.json
    assert (kept.json["sent_by"], kept.json["partner_id"]) == ("clerk", mine)


def test_a_partner_sends_only_what_it_may_from_where_it_may(desk: Desk) -> None:
    files = uploads(desk, formats=["signed"])
    answer = files.send(files.csv_of(["A-1"]))
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (403, "format_not_allowed")
    abroad = Uploads(desk, desk.partner("abroad", formats=FORMATS, ip_allow_list=["192.0.2.1"]))
    answer = abroad.send(files.csv_of(["A-1"]))
    assert answer.json
    assert (answer.status_code, answer.json["code"]) == (403, "ip_not_allowed")
