"""Where the service is put together: `python -m services.partner_postback ROLE`."""

import threading

from services.partner_postback import config
from shared.clock import utc_now
from shared.jobs import Job, keep_doing
from shared.migrate import upgrade
from shared.process import run_role
from shared.pulse import Pulse, start_monitor

_IDLE_SECONDS = 1.0
# Each serves one partner at a time, and waits for its server.
_SENDERS = 8
# One slow network must not keep all others waiting.
_PULLS_AT_ONCE = 2
# For the jobs, and two more for each pull, which holds its lock on the first and keeps two batches.
_WORK_CONNECTIONS = 14


def _web(_stop: threading.Event) -> None:
    from shared.server import serve

    settings = config.read_settings()
    serve(
        "services.partner_postback.api.app:make_app",
        settings.listen_host,
        settings.listen_port,
        threads=settings.threads,
    )


def _consume(stop: threading.Event) -> None:
    from services.partner_postback.consumer import GROUP, SUBSCRIPTIONS
    from services.partner_postback.fraud.shipped import shipped_rules
    from services.partner_postback.store.holds import rules
    from shared import database
    from shared.worker import consume

    settings = config.read_settings()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = database.connect(settings.database_url)
    # Here, and not where tables are made, which stacks do without this module.
    with engine.begin() as connection:
        rules.add_missing(connection, shipped_rules(), utc_now())
    consume(engine, settings.kafka_bootstrap, GROUP, SUBSCRIPTIONS, stop, pulse=pulse)


def _work(stop: threading.Event) -> None:
    from services.partner_postback.click_id import ClickIds
    from services.partner_postback.outside.fetching import Fetcher
    from services.partner_postback.partners import Directory
    from services.partner_postback.pulls.running import Running
    from services.partner_postback.webhooks.call import Caller
    from services.partner_postback.work.claims import AcceptedClaims
    from services.partner_postback.work.files import FileRows
    from services.partner_postback.work.held import HeldRetry
    from services.partner_postback.work.pulls import DuePulls
    from services.partner_postback.work.rates import LARGEST_FILE_BYTES, DailyRates
    from services.partner_postback.work.webhooks import WebhookSender
    from shared import database

    settings = config.read_settings()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = database.connect(settings.database_url, pool_size=_WORK_CONNECTIONS)
    directory = Directory(engine)
    clicks = ClickIds(settings.click_keys)
    held = HeldRetry(engine, directory, clicks, utc_now, utc_now())
    rows = FileRows(engine, directory, clicks, utc_now)
    accepted = AcceptedClaims(engine, clicks, utc_now)
    caller = Caller(to_private=settings.webhooks_to_private_addresses)
    sender = WebhookSender(engine, directory, caller, utc_now)
    due = DuePulls(engine, Running(engine, directory, clicks, utc_now, stop), utc_now)
    jobs = [
        Job("held", held.work, _IDLE_SECONDS),
        Job("files", rows.work, _IDLE_SECONDS),
        Job("claims", accepted.work, _IDLE_SECONDS),
        Job("pulls", due.work, _IDLE_SECONDS, _PULLS_AT_ONCE),
        Job("webhooks", sender.work, _IDLE_SECONDS, _SENDERS),
    ]
    if settings.central_bank_url:
        fetcher = Fetcher(largest_bytes=LARGEST_FILE_BYTES)
        daily = DailyRates(engine, fetcher, settings.central_bank_url, utc_now)
        jobs.append(Job("rates", daily.work, _IDLE_SECONDS))
    keep_doing(jobs, stop, pulse)


def _relay(stop: threading.Event) -> None:
    from shared import database, event_log

    settings = config.read_settings()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = database.connect(settings.database_url, pool_size=2)
    event_log.relay(engine, settings.kafka_bootstrap, stop, pulse=pulse)


def _migrate(_stop: threading.Event) -> None:
    upgrade("services.partner_postback", config.read_settings().database_url)


if __name__ == "__main__":
    run_role(
        "partner_postback",
        {"migrate": _migrate, "web": _web, "consume": _consume, "work": _work, "relay": _relay},
    )
