"""Where payout is put together: one process a role, `python -m services.payout ROLE`."""

import threading
from functools import partial

import structlog
from flask import Flask
from sqlalchemy import Engine

from services.payout import api, certificates, config, consumer, monthly_run
from services.payout.certificates import CodeBook
from services.payout.hearing import Hearing
from services.payout.top_ups import reversals
from services.payout.top_ups.billing import Billing
from services.payout.top_ups.execution import Executor
from services.payout.top_ups.phones import Phones
from shared import database, event_log, ops, worker
from shared.clock import Clock, utc_now
from shared.http_client import HttpClient
from shared.identity import Access, Sessions
from shared.jobs import Job, keep_doing
from shared.migrate import upgrade
from shared.process import run_role
from shared.pulse import Pulse, start_monitor
from shared.server import end_with_parent, serve
from shared.web import create_app

log = structlog.get_logger()
_IDLE_SECONDS = 0.25
_TICK_SECONDS = 1.0
# A clerk who waits is told that the operator does not answer: three tries are well under his ten.
_CLERK_WAITS_SECONDS = 2.0


def make_app() -> Flask:
    """Build the web process's app; granian calls this in its worker."""
    end_with_parent()
    settings = config.from_environment()
    return build(settings, database.connect(settings.database_url), utc_now)


def build(settings: config.Settings, engine: Engine, clock: Clock) -> Flask:
    """Build the app on a database, at a clock."""
    sessions = Sessions(settings.session_keys)
    access = Access(settings.operator_key, settings.service_key, sessions, clock)
    book = CodeBook(settings.certificate_keys)
    billing = Billing(HttpClient(settings.billing_url, read_seconds=_CLERK_WAITS_SECONDS))
    return create_app(
        "payout",
        title="Payout",
        blueprints=[
            api.members.blueprint(engine, access, book, clock),
            api.clerks.blueprint(engine, access, settings.top_up_limits, clock),
            api.clerks.look_up(engine, access),
            api.held.blueprint(engine, access, billing, settings.patience, clock),
            ops.blueprint(engine, access),
        ],
        refusals={**api.REFUSALS, **ops.REFUSALS},
        ready={"postgres": partial(database.ping, engine)},
    )


def _migrate(_stop: threading.Event) -> None:
    upgrade("services.payout", config.from_environment().database_url)


def _web(_stop: threading.Event) -> None:
    settings = config.from_environment()
    serve(f"{__package__}.__main__:make_app", settings.listen_host, settings.listen_port)


def _consume(stop: threading.Event) -> None:
    settings, pulse = _start()
    worker.consume(
        database.connect(settings.database_url, pool_size=2),
        settings.kafka_bootstrap,
        consumer.GROUP,
        consumer.SUBSCRIPTIONS,
        stop,
        pulse=pulse,
    )


def _relay(stop: threading.Event) -> None:
    settings, pulse = _start()
    engine = database.connect(settings.database_url, pool_size=2)
    event_log.relay(engine, settings.kafka_bootstrap, stop, pulse=pulse)


def _execute(stop: threading.Event) -> None:
    settings, pulse = _start()
    hands = settings.executors
    engine = database.connect(settings.database_url, pool_size=hands + 3)
    billing = Billing(HttpClient(settings.billing_url, connections=hands + 1))
    members = HttpClient(settings.members_url, bearer=settings.service_key, connections=hands)
    executor = Executor(engine, billing, Phones(members), settings.patience, utc_now)
    book = CodeBook(settings.certificate_keys)

    def issue() -> bool:
        with engine.begin() as connection:
            return certificates.issue_reserved(connection, book, utc_now()) > 0

    def follow_reversals() -> bool:
        reversals.follow(engine, billing, utc_now)
        return False

    every = settings.reversals_every.total_seconds()
    keep_doing(
        [
            *(Job(f"top-ups-{one}", executor.work, _IDLE_SECONDS) for one in range(hands)),
            Job("lost", executor.find_lost, _TICK_SECONDS),
            Job("certificates", issue, _IDLE_SECONDS),
            Job("reversals", follow_reversals, every),
        ],
        stop,
        pulse,
    )


def _schedule(stop: threading.Event) -> None:
    settings, pulse = _start()
    engine = database.connect(settings.database_url, pool_size=2)
    hearing = Hearing(settings.kafka_bootstrap)

    def tick() -> bool:
        for _ in monthly_run.tick(engine, settings, hearing.has_caught_up, utc_now):
            pulse.beat()
            if stop.is_set():
                break
        return False

    keep_doing([Job("schedule", tick, _TICK_SECONDS)], stop, pulse)


def _start() -> tuple[config.Settings, Pulse]:
    settings, pulse = config.from_environment(), Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    return settings, pulse


if __name__ == "__main__":
    run_role(
        "payout",
        {
            "migrate": _migrate,
            "web": _web,
            "consume": _consume,
            "relay": _relay,
            "execute": _execute,
            "schedule": _schedule,
        },
    )
