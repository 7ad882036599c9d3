"""The other services as the website asks them: a client for each, and what they refuse."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

import requests

from services.account.config import Settings
from shared.http_client import CallFailed, HttpClient
from shared.identity import SESSION_COOKIE, NotSignedIn

_REFUSED = 400
_NOT_SIGNED_IN = 401
# A server says so itself, before its service sees the request.
_TOO_LONG = {414, 431}
_A_PERSON_WAITS_SECONDS = 4.0
# Every page of the account asks for the number of unread messages, and none is worth a long wait.
_FOR_A_NUMBER_SECONDS = 1.0
_CALLS_AT_ONCE = 16
_PAGE, _MOST_PAGES = 100, 10_000


class Refused(Exception):
    """A service refused what a visitor asked: its code, its sentence, and the fields at fault."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        """Take the problem that it answered."""
        self.status = status
        self.code = str(problem.get("code", "refused"))
        self.detail = str(problem.get("detail", ""))
        self.faults = [(one["field"], one["message"]) for one in problem.get("errors", [])]
        self.problem = problem
        super().__init__(f"{self.code}: {self.detail}")


@dataclass(frozen=True, slots=True)
class Service:
    """One service: every answer is its JSON, or Refused, NotSignedIn, CallFailed."""

    client: HttpClient

    def get(self, path: str, token: str = "", **query: Any) -> Any:
        """Ask for something, as the member whose token it is."""
        return self.ask("GET", path, token, params=_said(query))

    def ask(self, method: str, path: str, token: str = "", **options: Any) -> Any:
        """Ask for anything; the options are those of requests (json, data, headers, params)."""
        answer = self.raw(method, path, token, **options)
        return _json(answer) if answer.content else None

    def raw(self, method: str, path: str, token: str = "", **options: Any) -> requests.Response:
        """Ask for a file or a page: the answer as it came."""
        headers = dict(options.pop("headers", {}))
        if token:
            headers["Cookie"] = f"{SESSION_COOKIE}={token}"
        answer = self.client.call(method, path, headers=headers, **options)
        if token and answer.status_code == _NOT_SIGNED_IN:
            raise NotSignedIn
        if answer.status_code >= _REFUSED:
            raise Refused(answer.status_code, _problem(answer))
        return answer


@dataclass(frozen=True, slots=True)
class Services:
    """All that the website asks."""

    catalog: Service
    members: Service
    bonus_status: Service
    payout: Service
    notifications: Service
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_CALLS_AT_ONCE, "ask")
    )

    def together(self, *calls: Callable[[], Any]) -> list[Any]:
        """Ask several things at once: the page waits for the slowest, not for their sum."""
        asked = [self._threads.submit(copy_context().run, call) for call in calls]
        return [one.result() for one in asked]


def connect(settings: Settings) -> Services:
    """Make the clients; nothing is sent yet."""

    def service(url: str, key: str | None = None) -> Service:
        return Service(HttpClient(url, bearer=key, read_seconds=_A_PERSON_WAITS_SECONDS))

    counting = HttpClient(settings.notifications_url, read_seconds=_FOR_A_NUMBER_SECONDS, tries=1)

    return Services(
        catalog=service(settings.catalog_url),
        members=service(settings.members_url, settings.service_key),
        bonus_status=service(settings.bonus_status_url),
        payout=service(settings.payout_url),
        notifications=Service(counting),
    )


def every(service: Service, path: str, token: str) -> Iterator[Any]:
    """Answer what is in all pages of a member's list; raises as `Service.get` does.

    A list that begins anew, or has more than a million entries, has no end: CallFailed too.
    """
    after = None
    for _ in range(_MOST_PAGES):
        page = service.get(path, token, limit=_PAGE, after=after)
        yield from page["data"]
        if page["next"] is None:
            return
        if page["next"] == after:
            break
        after = page["next"]
    message = f"{path} does not end"
    raise CallFailed(message)


def _said(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value not in (None, "")}


def _problem(answer: requests.Response) -> Mapping[str, Any]:
    if answer.status_code in _TOO_LONG:
        return {}
    problem = _json(answer)
    if not isinstance(problem, dict):
        message = f"{answer.status_code} without a problem"
        raise CallFailed(message)
    return problem


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        message = f"{answer.status_code} without JSON"
        raise CallFailed(message) from None
