"""Where payout is put together: one process a role, `python -m services.payout ROLE`."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from services.payout import config
from shared.clock import utc_now
from shared.jobs import Job, keep_doing
from shared.migrate import upgrade
from shared.process import run_role
from shared.pulse import Pulse, start_monitor

if TYPE_CHECKING:
    from sqlalchemy import Engine

log = structlog.get_logger()
_IDLE_SECONDS = 0.25
_TICK_SECONDS = 1.0
# A month's first day has as many lines as there are members.
_FILE_SECONDS = 60.0


def _migrate(_stop: threading.Event) -> None:
    upgrade("services.payout", config.from_environment().database_url)


def _web(_stop: threading.Event) -> None:
    from shared.server import serve_in_loop

    settings = config.from_environment()
    serve_in_loop("services.payout.api.app:make_app", settings.listen_host, settings.listen_port)


def _consume(stop: threading.Event) -> None:
    from services.payout import consumer
    from shared import database, worker

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
    from shared import database, event_log

    settings, pulse = _start()
    engine = database.connect(settings.database_url, pool_size=2)
    event_log.relay(engine, settings.kafka_bootstrap, stop, pulse=pulse)


def _execute(stop: threading.Event) -> None:
    from services.payout.certificates import issuing
    from services.payout.certificates.codes import CodeBook
    from services.payout.top_ups import reversals
    from services.payout.top_ups.billing import Billing
    from services.payout.top_ups.execution import Executor
    from services.payout.top_ups.phones import Phones
    from shared import database
    from shared.http_client import HttpClient

    settings, pulse = _start()
    hands = settings.executors
    engine = database.connect(settings.database_url, pool_size=hands + 3)
    # Each try would be a call that the operator counts; whatever failed has its own turn again.
    billing = Billing(HttpClient(settings.billing_url, connections=hands + 1, tries=1))
    members = HttpClient(settings.members_url, bearer=settings.service_key, connections=hands)
    executor = Executor(
        engine, billing, Phones(members), settings.patience, utc_now, stop, settings.operator_rate
    )
    book = CodeBook(settings.certificate_keys)

    def issue() -> bool:
        with engine.begin() as connection:
            return issuing.issue_reserved(connection, book, utc_now()) > 0

    def follow_reversals() -> bool:
        reversals.follow(engine, billing, utc_now)
        return False

    every = settings.reversals_every.total_seconds()
    keep_doing(
        [
            Job("top-ups", executor.work, _IDLE_SECONDS, hands),
            Job("lost", executor.find_lost, _TICK_SECONDS),
            Job("certificates", issue, _IDLE_SECONDS),
            Job("reversals", follow_reversals, every),
        ],
        stop,
        pulse,
    )


def _schedule(stop: threading.Event) -> None:
    from services.payout.hearing import Hearing
    from services.payout.monthly_run import schedule as months
    from shared import database
    from shared.signed import Signer

    settings, pulse = _start()
    engine = database.connect(settings.database_url, pool_size=3)
    hearing, signer = Hearing(settings.kafka_bootstrap), Signer(settings.manifest_keys)

    def tick() -> bool:
        for _ in months.tick(engine, settings, hearing.has_caught_up, signer, utc_now):
            pulse.beat()
            if stop.is_set():
                break
        return False

    every = settings.reconciling.every.total_seconds()
    keep_doing(
        [
            Job("schedule", tick, _TICK_SECONDS),
            Job("reconciliation", _reconciling(engine, settings, stop, pulse), every),
        ],
        stop,
        pulse,
    )


def _reconciling(
    engine: "Engine", settings: config.Settings, stop: threading.Event, pulse: Pulse
) -> Callable[[], bool]:
    from services.payout.reconciliation import schedule as days
    from services.payout.reconciliation.reconciling import Desk
    from services.payout.top_ups.billing import Billing
    from shared.http_client import HttpClient

    desk = Desk(engine, settings.reconciling, utc_now)
    billing = Billing(HttpClient(settings.billing_url, read_seconds=_FILE_SECONDS))

    def reconcile() -> bool:
        for _ in days.tick(desk, billing):
            pulse.beat()
            if stop.is_set():
                break
        return False

    return reconcile


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
