"""The web process's app: its routes and refusals, put together."""

import hashlib
import hmac
from datetime import timedelta
from functools import partial
from types import ModuleType

from flask import Flask
from sqlalchemy import Engine

from services.members import api, config, front
from services.members.captcha import api as captcha
from services.members.captcha.checking import Captchas
from services.members.changing import api as changing
from services.members.changing import by_clerk
from services.members.codes import sealing
from services.members.codes.asking import Post
from services.members.entering import api as entering
from services.members.entering import mine
from services.members.entering.devices import Door
from services.members.favourites import api as favourites
from services.members.joining import api as joining
from services.members.joining.numbers import Numbers
from services.members.letters import for_services as letters
from services.members.letters.writing import Letters
from services.members.passwords import api as passwords
from services.members.passwords.guesses import Guesses
from services.members.passwords.hashing import Hasher
from services.members.profile import api as profile
from services.members.recovering import api as recovering
from services.members.relatives import api as relatives
from services.members.relatives import for_services
from services.members.relatives.codes import Codes
from services.members.relatives.desk import Desk
from services.members.relatives.operator import Operator
from shared import database, ops
from shared.clock import Clock, utc_now
from shared.http_client import HttpClient
from shared.identity import Access, Sessions
from shared.server import end_with_parent
from shared.throttle import Throttle
from shared.web import create_app

_GUESSES_A_MINUTE = 20
_STRANGERS_A_MINUTE = 10
# A member waits for it: three tries are well under ten seconds.
_OPERATOR_WAITS_SECONDS = 2.0

_EDGES: tuple[ModuleType, ...] = (
    api,
    relatives,
    for_services,
    letters,
    captcha,
    passwords,
    joining,
    entering,
    mine,
    recovering,
    changing,
    by_clerk,
    profile,
    favourites,
)


def make_app() -> Flask:
    """Make the web process's app; granian calls this in its worker."""
    end_with_parent()
    return build(config.from_environment())


def build(settings: config.Settings, clock: Clock = utc_now) -> Flask:
    """Build the app."""
    engine = database.connect(settings.database_url)
    sessions = Sessions(settings.session_keys)
    access = Access(settings.operator_key, settings.service_key, sessions, clock)
    app = create_app(
        "members",
        title="Members",
        blueprints=[*(edge.blueprint for edge in _EDGES), ops.blueprint(engine, access)],
        refusals={kind: status for edge in _EDGES for kind, status in _refusals(edge).items()}
        | front.REFUSALS
        | ops.REFUSALS,
        ready={"postgres": partial(database.ping, engine)},
    )
    app.extensions["members"] = api.Office(settings, engine, access, sessions, clock)
    app.extensions["favourites"] = favourites.Desk(engine, access, clock)
    app.extensions["relatives"] = Desk(
        engine,
        access,
        clock,
        Codes(settings.session_keys),
        Operator(HttpClient(settings.billing_url, read_seconds=_OPERATOR_WAITS_SECONDS)),
        Throttle("relatives", settings.redis_url, _STRANGERS_A_MINUTE),
    )
    made = make_front(settings, engine, access, clock)
    app.extensions["front"] = made
    app.extensions["letters"] = letters.Desk(engine, access, clock, made.post.letters)
    return app


def _refusals(edge: ModuleType) -> dict[type[Exception], int]:
    refusals: dict[type[Exception], int] = getattr(edge, "REFUSALS", {})
    return refusals


def make_front(
    settings: config.Settings, engine: Engine, access: Access, clock: Clock
) -> front.Front:
    """Make the tools of sign-up and sign-in."""
    keys = settings.session_keys
    mail = Letters(keys)
    lasts = timedelta(minutes=settings.session_minutes)
    return front.Front(
        engine,
        access,
        clock,
        Door(Sessions(keys), lasts, mail),
        Captchas(keys, settings.captcha_bits),
        Post(sealing.Codes(keys), mail),
        Numbers(keys),
        Hasher(),
        Guesses(keys),
        Throttle("sign-in", settings.redis_url, _GUESSES_A_MINUTE),
        hmac.digest(keys[0], b"first devices", hashlib.sha256),
    )
