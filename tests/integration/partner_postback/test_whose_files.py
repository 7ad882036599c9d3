"""Whose files: a partner sends and sees its own alone; a clerk names whose."""

import threading
from concurrent.futures import ThreadPoolExecutor
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


# As many as one partner may send at once.
OF_ONE = 6


class Stalled:
    """A body that does not come until it is given up."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.asked = threading.Semaphore(0)

    def read(self, size: int) -> bytes:
        del size
        self.asked.release()
        assert self.over.wait(60)
        return b""


def test_slow_uploads_leave_the_other_requests_their_threads(files: Uploads) -> None:
    """INVARIANT: each slow upload keeps a thread; with all of them no postback would be heard.

    Nor do those of one partner keep another one's files out.
    """
    app, body = files.desk.client.application, Stalled()
    other, third = (
        Uploads(files.desk, files.desk.partner(name, formats=FORMATS))
        for name in ("other", "third")
    )
    environ = {"CONTENT_LENGTH": "1000", "wsgi.input_terminated": True, "wsgi.input": body}

    def send(sender: Uploads) -> int:
        headers = {"Authorization": f"Bearer {sender.partner.key}", "Content-Type": "text/csv"}
        with app.test_client() as client:
            answer = client.post("/files?profile=csv", headers=headers, environ_overrides=environ)
            return answer.status_code

    with ThreadPoolExecutor(8) as together:
        slow = [together.submit(send, files) for _ in range(OF_ONE)]
        for _ in slow:
            assert body.asked.acquire(timeout=60)
        is_refused(files)
        assert other.send(other.csv_of(["A-1"])).status_code == 202
        slow += [together.submit(send, other) for _ in range(8 - OF_ONE)]
        for _ in range(8 - OF_ONE):
            assert body.asked.acquire(timeout=60)
        is_refused(third)
        body.over.set()
    assert [one.result() for one in slow] == [422] * 8
    assert files.send(files.csv_of(["A-1"])).status_code == 202


def is_refused(sender: Uploads) -> None:
    refused = sender.send(sender.csv_of(["A-1"]))
    assert refused.json
    assert (refused.status_code, refused.json["code"]) == (503, "try_again")
    assert refused.headers["Retry-After"] == "5"
