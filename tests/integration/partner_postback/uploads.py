"""What a partner does with files: reports orders, uploads what became of them, reads the report."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from services.partner_postback.click_id import ClickIds
from services.partner_postback.partners import Directory
from services.partner_postback.work.files import FileRows
from services.partner_postback.work.held import HeldRetry
from shared.schemas import rfc3339
from tests.integration.partner_postback.partner import CLERK, CLICK_KEY, Desk, Partner

FORMATS = ["signed", "form", "csv", "admitad-revision"]
HEADER = "order_id,status,status_at,amount,currency\n"


@dataclass
class Uploads:
    """The files of one partner."""

    desk: Desk
    partner: Partner

    def report_orders(self, count: int, **changes: Any) -> list[str]:
        """Report so many orders by postback; answers their ids."""
        reports = [self.partner.report(**changes) for _ in range(count)]
        assert {self.partner.send(one).status_code for one in reports} == {200}
        return [one["order_id"] for one in reports]

    def csv_of(self, orders: list[str], status: str = "approved") -> bytes:
        """A file that says one word of each order."""
        now = rfc3339(self.desk.clock() - timedelta(seconds=1))
        return (HEADER + "".join(f"{one},{status},{now},,\n" for one in orders)).encode()

    def send(
        self,
        content: bytes,
        content_type: str = "text/csv",
        headers: dict[str, str] | None = None,
        **asked: str,
    ) -> TestResponse:
        """Upload with the partner's own key."""
        return self.desk.client.post(
            "/files",
            data=content,
            query_string={"profile": "csv", **asked},
            headers={
                "Authorization": f"Bearer {self.partner.key}",
                "Content-Type": content_type,
                **(headers or {}),
            },
        )

    def taken_in(self, content: bytes, content_type: str = "text/csv", **asked: str) -> str:
        """Upload a file that is fine; answers its id."""
        answer = self.send(content, content_type, **asked)
        assert answer.status_code == 202, answer.json
        assert answer.json
        return str(answer.json["file_id"])

    def apply(self) -> None:
        """Do what the process `work` does until nothing is left."""
        work = worker(self.desk)
        while work.work():
            pass

    def retry_held(self) -> None:
        """Do what the process `work` does for held requests, once."""
        desk = self.desk
        clicks, now = ClickIds([CLICK_KEY]), desk.clock()
        HeldRetry(desk.engine, Directory(desk.engine), clicks, desk.clock, now).retry_once()

    def report(self, file_id: str) -> dict[str, Any]:
        answer = self.partner.read(f"/files/{file_id}")
        assert answer.status_code == 200
        return answer.json  # type: ignore[return-value]

    def counts(self, file_id: str) -> dict[str, int]:
        """How many rows had each verdict."""
        counted: dict[str, int] = {}
        for one in self.report(file_id)["verdicts"]:
            counted[one["verdict"]] = counted.get(one["verdict"], 0) + one["rows"]
        return counted

    def rows(self, file_id: str, **asked: object) -> list[dict[str, Any]]:
        """A page of the report's rows."""
        answer = self.partner.read(f"/files/{file_id}/rows", **asked)
        assert answer.status_code == 200
        assert answer.json
        return list(answer.json["data"])

    def statuses(self) -> dict[str, int]:
        """How many conversions of this test stand how."""
        names = ("reported", "approved", "declined", "returned")
        counted = {one: self.desk.count("conversions", f"status = '{one}'") for one in names}
        return {name: count for name, count in counted.items() if count}


def worker(desk: Desk) -> FileRows:
    """The job of the process `work`."""
    return FileRows(desk.engine, Directory(desk.engine), ClickIds([CLICK_KEY]), desk.clock)


def uploads(desk: Desk, **profile: Any) -> Uploads:
    """A partner with a store that may send files."""
    desk.store()
    return Uploads(desk, desk.partner(**{"formats": FORMATS, **profile}))


def as_clerk(desk: Desk, content: bytes, **asked: str) -> TestResponse:
    """Upload with the clerk's key."""
    headers = {**CLERK, "Content-Type": "text/csv"}
    return desk.client.post(
        "/files", data=content, query_string={"profile": "csv", **asked}, headers=headers
    )
