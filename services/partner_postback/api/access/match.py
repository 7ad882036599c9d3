"""The three-way match over HTTP: a report on a period as a stream, in JSON or CSV."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from flask import Response
from sqlalchemy import Engine

from services.partner_postback.api.access.match_schemas import MatchQuerySchema, MatchSchema
from services.partner_postback.api.access.reader import Reader
from services.partner_postback.formats.request import Source
from services.partner_postback.match import report
from services.partner_postback.match.period import PeriodTooLong, WrongPeriod, period
from services.partner_postback.match.rows import Outcome
from services.partner_postback.store.access import match as match_queries
from shared.web import Blueprint

Part = TypeVar("Part", bytes, str)
_SHOWN = {"all": [*Outcome], "open": [*Outcome][1:], "none": []}
_RESPONSES = {
    "200": {
        "description": "the report",
        "content": {
            "application/json": {"schema": MatchSchema},
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}


class MatchRunning(Exception):
    """A partner's reports are made one at a time: they cost what a thousand messages cost."""

    code = "match_running"
    retry_after_seconds = 5

    def __init__(self) -> None:
        super().__init__("A report for this partner is under way: wait until it has ended.")


class _Running:
    """The partners whose report this process is making."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reports: dict[str, object] = {}

    def begin(self, partner_id: str) -> Callable[[], None]:
        """Note that a report is under way; answers how to note its end. Raises MatchRunning."""
        report_of_this_call = object()
        with self._lock:
            if partner_id in self._reports:
                raise MatchRunning
            self._reports[partner_id] = report_of_this_call

        def end() -> None:
            with self._lock:  # a second call must not end the next report
                if self._reports.get(partner_id) is report_of_this_call:
                    del self._reports[partner_id]

        return end


def blueprint(engine: Engine, reader: Reader) -> Blueprint:
    """Build the route of the match."""
    match = Blueprint("match", __name__, description="What was pushed, pulled and filed, compared.")
    running = _Running()

    @match.get("/match")
    @match.arguments(MatchQuerySchema, location="query")
    @match.doc(responses=_RESPONSES)
    def compare(asked: dict[str, Any]) -> Response:
        """Compare what was pushed, what was pulled and what files say of a period's lines.

        A line belongs to the period in which it was ordered. What counts is the conversion.
        """
        partner_id = reader.readable(asked["partner_id"])
        days = period(asked["first"], asked["end"])
        with engine.connect() as connection:
            sides = _sides(asked["sides"]) or match_queries.speaking(connection, partner_id, days)
        rows = report.rows_of(match_queries.orders(engine, partner_id, days), days, sides)
        chosen = _SHOWN[asked["rows"]]
        end = running.begin(partner_id)
        if asked["format"] == "csv":
            answer = _csv(_until_its_end(report.as_csv(rows, is_shown=chosen), end))
        else:
            days_asked = {"from": asked["first"], "to": asked["end"]}
            head = {"partner_id": partner_id, **days_asked, "sides": sides}
            parts = report.as_json(head, rows, is_shown=chosen)
            answer = Response(_until_its_end(parts, end), content_type="application/json")
        answer.call_on_close(end)  # also when nobody has read the first part
        return answer

    return match


def _sides(asked: str | None) -> list[Source]:
    return sorted({Source(one) for one in asked.split(",")}) if asked else []


def _until_its_end(parts: Iterable[Part], end: Callable[[], None]) -> Iterator[Part]:
    try:
        yield from parts
    finally:
        end()


def _csv(parts: Iterable[str]) -> Response:
    answer = Response(parts, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="match.csv"'
    return answer


REFUSALS: dict[type[Exception], int] = {WrongPeriod: 422, PeriodTooLong: 422, MatchRunning: 429}
