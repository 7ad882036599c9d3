"""Who looks at a page: a stranger, or a member with a short token that the services believe.

A device that was signed in holds a secret of members; with it a token of some minutes is made anew
as long as the member has not signed the device out; while members cannot answer that, nobody is
signed in, and nothing is forgotten. Session and token are in Redis; the browser has
the session's name, and on a remembered device the device's secret.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import structlog
from flask import Response, current_app, redirect, request, session, url_for

from services.account.config import Settings
from services.account.services import Refused, Services
from shared.clock import Clock
from shared.http_client import CallFailed
from shared.identity import SESSION_COOKIE, NotSignedIn
from shared.pages.sessions import Session
from shared.pages.site import local_path

log = structlog.get_logger()
DEVICE_COOKIE = "cashback_device"
_KEPT = "member"
WHOSE = "whose"
_ENDS_SOON = timedelta(minutes=1)
_SEE_OTHER = 303
_LONGEST_AGENT = 500
_ENDED = (401, "device_ended")
_LONGEST_SECRET = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """A signed-in device: whose it is, its secret, and the token that it last got."""

    member_id: str
    device_id: str
    device_secret: str
    token: str
    ends_at: str


class Desk:
    """What the views need, made once per process."""

    def __init__(self, settings: Settings, services: Services, clock: Clock) -> None:
        """Take the settings, the other services and the time."""
        self.settings, self.services, self.clock = settings, services, clock


class Visitor:
    """The visitor of one request."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk; asks nobody until somebody wants to know."""
        self._desk = desk
        self._unanswered: CallFailed | None = None

    @property
    def is_member(self) -> bool:
        """Say whether somebody is signed in."""
        return self.entry is not None

    @property
    def token(self) -> str:
        """Answer the token with which services are asked; raises NotSignedIn, CallFailed."""
        return self._known().token

    @property
    def member_id(self) -> str:
        """Answer who is signed in; raises NotSignedIn, CallFailed."""
        return self._known().member_id

    @property
    def device(self) -> tuple[str, str] | None:
        """Answer the name and the secret of this device, whether or not they still count."""
        kept = session.get(_KEPT)
        entry = Entry(**kept) if kept else _of_cookie()
        return (entry.device_id, entry.device_secret) if entry and entry.device_id else None

    @cached_property
    def entry(self) -> Entry | None:
        """Answer the device's entry, with a token that holds a while; None of a stranger."""
        kept = session.get(_KEPT)
        entry = Entry(**kept) if kept else self._remembered()
        if entry is None:
            return None
        if datetime.fromisoformat(entry.ends_at) - self._desk.clock() > _ENDS_SOON:
            return entry
        return self._renewed(entry)

    def _known(self) -> Entry:
        if self.entry is not None:
            return self.entry
        # Who may well be a member is not asked to sign in: the page says to try again.
        raise self._unanswered or NotSignedIn

    def _remembered(self) -> Entry | None:
        # While Redis is away a session cannot be kept: nobody is signed in then.
        return None if cast("Session", session).away else _of_cookie()

    def _renewed(self, entry: Entry) -> Entry | None:
        if not entry.device_id:  # let in without a device, for as long as the token holds
            forget()
            return None
        path = f"devices/{entry.device_id}/session"
        try:
            answer = self._desk.services.members.ask(
                "POST", path, json={"device_secret": entry.device_secret}
            )
        except (Refused, CallFailed) as fault:
            # Only members' own word ends a device: a busy or silent service is asked again later.
            if isinstance(fault, Refused) and (fault.status, fault.code) == _ENDED:
                forget()
            else:
                log.warning("account.not_renewed", fault=str(fault)[:300])
                self._unanswered = CallFailed("the device's session was not renewed")
            return None
        renewed = Entry(
            answer["member_id"],
            entry.device_id,
            entry.device_secret,
            answer["session"],
            answer["session_ends_at"],
        )
        session[_KEPT] = asdict(renewed)
        return renewed


def desk() -> Desk:
    """Answer what the app was built with."""
    return cast("Desk", current_app.extensions["account"])


def visitor() -> Visitor:
    """Answer the visitor of this request."""
    looks: Visitor | None = request.environ.get("account.visitor")
    if looks is None:
        looks = request.environ["account.visitor"] = Visitor(desk())
    return looks


def member_in_session() -> str | None:
    """Answer who signed in here, whether or not the device still counts; asks nobody."""
    kept = session.get(_KEPT)
    return kept["member_id"] if kept else None


def visitor_headers() -> dict[str, str]:
    """Tell a service for whom the site asks: limits count by address."""
    return {"X-Visitor-Address": request.remote_addr or "127.0.0.1"}


def browser(*, is_remembered: bool) -> dict[str, Any]:
    """Tell members which browser is to be let in, and which device it was before."""
    device_id, _, secret = request.cookies.get(DEVICE_COOKIE, "").partition(".")
    known = {"device_id": device_id, "device_secret": secret} if _is_uuid(device_id) else {}
    user_agent = request.headers.get("User-Agent", "")[:_LONGEST_AGENT]
    return {"user_agent": user_agent, "is_remembered": is_remembered, **known}


def enter(answer: Mapping[str, Any], response: Any, *, remember: bool) -> Response:
    """Sign the visitor in with what members answered; the session goes on under a new name."""
    kept = cast("Session", session)
    kept.rotate()
    kept.pop(WHOSE, None)
    kept[_KEPT] = asdict(
        Entry(
            answer["member_id"],
            answer["device_id"],
            answer["device_secret"],
            answer["session"],
            answer["session_ends_at"],
        )
    )
    entered = cast("Response", response)
    if remember:
        settings = desk().settings
        entered.set_cookie(
            DEVICE_COOKIE,
            f"{answer['device_id']}.{answer['device_secret']}",
            expires=datetime.fromisoformat(answer["device_ends_at"]),
            secure=settings.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return entered


def leave(response: Any) -> Response:
    """Sign the visitor out of this browser."""
    forget()
    left = cast("Response", response)
    settings = desk().settings
    left.delete_cookie(DEVICE_COOKIE)
    left.delete_cookie(SESSION_COOKIE, domain=settings.session_cookie_domain)
    return left


def forget() -> None:
    """Forget all that was kept of the visitor."""
    kept = cast("Session", session)
    kept.clear()
    kept.rotate()


def ask_to_enter(refusal: NotSignedIn) -> Response:
    """Lead a stranger to the sign-in page, and from there back to what he wanted to see."""
    del refusal
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else "/me"
    return cast(
        "Response", redirect(url_for("entering.show", back=local_path(wanted, "/me")), _SEE_OTHER)
    )


def _of_cookie() -> Entry | None:
    device_id, _, secret = request.cookies.get(DEVICE_COOKIE, "").partition(".")
    if not _is_uuid(device_id) or not 0 < len(secret) <= _LONGEST_SECRET:
        return None
    return Entry("", device_id, secret, "", "1970-01-01T00:00:00+00:00")


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
