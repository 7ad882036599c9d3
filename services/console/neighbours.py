"""The other services as a clerk asks them: JSON over HTTP with the operator's key."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests
import structlog

from shared.http_client import CallFailed, HttpClient
from shared.pages.words import gettext

log = structlog.get_logger()
_READ_SECONDS = 8.0
_READY_SECONDS = 3.0
_AT_ONCE = 16
_NOT_FOUND = 404
_TRIES = 2

Ask = Callable[[], Any]


class Refused(Exception):
    """A service answered with a problem; its words, and those beside each field."""

    def __init__(self, answer: requests.Response) -> None:
        self.status = answer.status_code
        try:
            said = answer.json()
        except ValueError:
            said = {}
        said = said if isinstance(said, dict) else {}
        self.code = str(said.get("code", "refused"))
        self.detail = str(said.get("detail", f"The service answered {answer.status_code}."))
        self.faults = [
            (str(one.get("field") or "").removeprefix("json."), _placed(one))
            for one in said.get("errors", [])
        ]
        super().__init__(self.detail)


@dataclass(frozen=True, slots=True)
class Missing:
    """A part of a page whose service does not answer; false, and empty to loop over."""

    service: str

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Any:
        return iter(())


class Neighbours:
    """Clients of all services, and threads to ask several at once."""

    def __init__(self, urls: Mapping[str, str], operator_key: str) -> None:
        self._clients = {
            name: HttpClient(url, bearer=operator_key, read_seconds=_READ_SECONDS, tries=_TRIES)
            for name, url in urls.items()
        }
        self._urls = urls
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="asking")

    @property
    def names(self) -> Sequence[str]:
        """Name the services."""
        return tuple(self._clients)

    def get(self, service: str, path: str, **asked: object) -> Any:
        """Read JSON; raises Refused, CallFailed."""
        given = {name: value for name, value in asked.items() if value not in (None, "")}
        return _read(self._clients[service].get(path, params=given))

    def find(self, service: str, path: str, **asked: object) -> Any | None:
        """Read JSON of what may not be there; raises Refused, CallFailed."""
        try:
            return self.get(service, path, **asked)
        except Refused as refused:
            if refused.status == _NOT_FOUND:
                return None
            raise

    def raw(self, service: str, path: str, **asked: object) -> requests.Response:
        """Answer a response as it came, of any status; raises CallFailed."""
        given = {name: value for name, value in asked.items() if value not in (None, "")}
        return self._clients[service].get(path, params=given)

    def readiness(self, service: str) -> requests.Response | None:
        """Answer what a service says of itself, 200 or 503; None: it is there and says nothing.

        Raises CallFailed where nobody listens. A service whose database hangs takes the connection
        and does not come to answer: that is another fault, with another cure.
        """
        try:
            return requests.get(f"{self._urls[service]}/readyz", timeout=_READY_SECONDS)
        except requests.ReadTimeout:
            return None
        except requests.RequestException as fault:
            raise CallFailed(str(fault)) from fault

    def act(self, service: str, method: str, path: str, *, act_id: str, **options: Any) -> Any:
        """Do something, once; the act's id becomes the request's, so that logs show it.

        Raises Refused, NotSent, OutcomeUnknown.
        """
        headers = {"X-Request-Id": act_id, **options.pop("headers", {})}
        answer = self._clients[service].call(method, path, headers=headers, **options)
        return _read(answer)

    def together(self, **asks: tuple[str, Ask]) -> dict[str, Any]:
        """Ask several at once: name → (service, call); a silent service's part is Missing.

        What a service refuses is raised: the page asked wrongly.
        """
        waiting = {name: self._threads.submit(_or_missing, *ask) for name, ask in asks.items()}
        return {name: one.result() for name, one in waiting.items()}


def _placed(fault: Mapping[str, Any]) -> str:
    """Say what is wrong, and on which line of a file."""
    said = str(fault.get("message", ""))
    if not fault.get("line"):
        return said
    return gettext("line %(number)s: %(said)s") % {"number": fault["line"], "said": said}


def _or_missing(service: str, ask: Ask) -> Any:
    try:
        return ask()
    except CallFailed as fault:
        log.warning("console.part_missing", service=service, fault=str(fault)[:200])
        return Missing(service)


def _read(answer: requests.Response) -> Any:
    if not answer.ok:
        raise Refused(answer)
    if not answer.content:
        return None
    return answer.json()
