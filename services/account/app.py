"""The website's app: every part of the site, put together."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask

from services.account import config
from services.account.services import connect
from services.account.views import entering, joining, recovering, shop
from services.account.views.me import (
    certificates,
    claims,
    friends,
    goals,
    history,
    notices,
    overview,
    relatives,
)
from services.account.views.me.settings import (
    contact,
    data,
    devices,
    everything,
    password,
    person,
    ways,
)
from services.account.visitor import Desk, ask_to_enter, member_in_session, visitor
from shared.clock import Clock, utc_now
from shared.identity import NotSignedIn
from shared.pages.pace import keep_pace
from shared.pages.sessions import RedisSessions
from shared.pages.site import TRANSLATIONS, Site, dress
from shared.pages.words import Words
from shared.server import behind, end_with_parent
from shared.web import create_app

_HERE = Path(__file__).parent
_PARTS = sorted(folder for folder in (_HERE / "translations").iterdir() if folder.is_dir())
TEXTS = (TRANSLATIONS, *_PARTS)
_IDLE = timedelta(days=1)
_PAGES = (
    shop,
    overview,
    history,
    notices,
    goals,
    relatives,
    certificates,
    claims,
    friends,
    everything,
    person,
    contact,
    password,
    devices,
    ways,
    data,
    joining,
    entering,
    recovering,
)


def make() -> WSGIApplication:
    """Build the app from the environment; granian calls this in its worker."""
    end_with_parent()
    settings = config.from_environment()
    return behind(settings.trusted_proxies, build(settings))


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Put the app together."""
    app = create_app(
        "account",
        title="Website",
        blueprints=[],
        refusals={},
        ready={},
        template_folder="templates",
        static_folder=None,
    )
    site = Site(
        words=Words(settings.languages, *TEXTS),
        sessions=RedisSessions(
            settings.redis_url, cookie="cashback_visit", idle=_IDLE, secure=settings.is_secure
        ),
        secret_key=settings.site_key,
        is_secure=settings.is_secure,
        assets={"account": _HERE / "assets"},
    )
    keep_pace(app, settings.redis_url, settings.requests_a_minute, member_in_session)
    dress(app, site)
    app.extensions["account"] = Desk(settings, connect(settings), clock)
    app.register_error_handler(NotSignedIn, ask_to_enter)
    for part in _PAGES:
        app.register_blueprint(part.pages)

    @app.template_filter()
    def seconds_until(moment: str) -> int:
        return max(0, round((datetime.fromisoformat(moment) - clock()).total_seconds()))

    @app.context_processor
    def who_looks() -> dict[str, Any]:
        return {"visitor": visitor(), "page_layout": "account/layout.html"}

    return app
