"""Where notifications is put together: `python -m services.notifications ROLE`."""

import threading
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from services.notifications import config
from shared.clock import utc_now
from shared.migrate import upgrade
from shared.process import run_role
from shared.pulse import Pulse, start_monitor

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from services.notifications.outside import Outside

log = structlog.get_logger()
_FORGETS_EVERY = timedelta(hours=1)
_IDLE_SECONDS = 0.25
_PAUSE_AFTER_FAULT_SECONDS = 1.0


def _web(_stop: threading.Event) -> None:
    from shared.server import serve

    settings = config.from_environment()
    serve("services.notifications.app:make_app", settings.listen_host, settings.listen_port)


def _consume(stop: threading.Event) -> None:
    from services.notifications.consumer import GROUP, SUBSCRIPTIONS
    from shared import database, event_log, worker

    settings, pulse = config.from_environment(), Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = database.connect(settings.database_url, pool_size=3)
    # What this service says is only that it parked something: too little for a process of its own.
    relay = partial(event_log.relay, engine, settings.kafka_bootstrap, stop)
    threading.Thread(target=relay, name="relay", daemon=True).start()
    worker.consume(engine, settings.kafka_bootstrap, GROUP, SUBSCRIPTIONS, stop, pulse=pulse)


def _send(stop: threading.Event) -> None:
    from sqlalchemy.exc import DBAPIError

    from services.notifications.following.follower import Follower
    from services.notifications.sender import Sender
    from shared import database

    settings, pulse = config.from_environment(), Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = database.connect(settings.database_url, pool_size=settings.senders + 1)
    asked = outside(settings)
    sender = Sender(engine, asked, settings.patience, utc_now, settings.senders)
    follower = Follower(engine, asked, utc_now)
    forgetting_due = utc_now()
    while not stop.is_set():
        pulse.beat()
        try:
            tried = sender.send_due() + follower.follow_due()
            if utc_now() >= forgetting_due:
                _forget_old(engine)
                forgetting_due = utc_now() + _FORGETS_EVERY
        except (DBAPIError, *database.SERVER_AWAY) as fault:
            log.warning("sender.retries", fault=str(fault)[:300])
            stop.wait(_PAUSE_AFTER_FAULT_SECONDS)
            continue
        if not tried:
            stop.wait(_IDLE_SECONDS)
    sender.close()


def _forget_old(engine: "Engine") -> None:
    from services.notifications.inbox import store as inbox

    with engine.begin() as connection:
        inbox.forget_old(connection, utc_now())


def outside(settings: config.Settings) -> "Outside":
    """Make the clients of the servers that a message needs."""
    from services.notifications.outside import Outside
    from shared.http_client import HttpClient

    calls = partial(HttpClient, connections=settings.senders)
    return Outside(
        calls(settings.members_url, bearer=settings.service_key),
        calls(settings.payout_url, bearer=settings.service_key),
        calls(settings.gateway_url),
    )


def _migrate(_stop: threading.Event) -> None:
    upgrade("services.notifications", config.from_environment().database_url)


if __name__ == "__main__":
    run_role(
        "notifications",
        {"migrate": _migrate, "web": _web, "consume": _consume, "send": _send},
    )
