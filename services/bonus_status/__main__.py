"""The composition root: `python -m services.bonus_status web`, or another of the roles below."""

import sys
import threading

from services.bonus_status.config import WEB_THREADS, read_rebuild_settings, read_settings
from shared.clock import utc_now
from shared.jobs import Job, keep_doing
from shared.migrate import upgrade
from shared.process import run_role
from shared.pulse import Pulse, start_monitor

_SERVICE = "bonus_status"
_BATCH = 8_000
_LANES = 2
_WORK_CONNECTIONS = 4
_DELAYS_SECONDS = 900.0
_ANCHORS_SECONDS = 300.0
_CLAIMS_SECONDS = 60.0
_ALARMS_SECONDS = 3_600.0


def _migrate(_: threading.Event) -> None:
    upgrade(f"services.{_SERVICE}", read_settings().database_url)


def _web(_: threading.Event) -> None:
    from shared.server import serve

    settings = read_settings()
    serve(
        "services.bonus_status.api.app:make_app",
        settings.listen_host,
        settings.listen_port,
        threads=WEB_THREADS,
    )


def _consume(stop: threading.Event) -> None:
    from services.bonus_status.consumer import GROUP, SUBSCRIPTIONS
    from services.bonus_status.sources.shipped import shipped_rules
    from services.bonus_status.store.sources import rules
    from shared.database import connect
    from shared.worker import consume

    settings = read_settings()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = connect(settings.database_url, pool_size=_LANES)
    # Here, and not where tables are made: whoever gives by the rules has them in place first.
    with engine.begin() as connection:
        rules.add_missing(connection, shipped_rules(), utc_now())
    consume(
        engine,
        settings.kafka_bootstrap,
        GROUP,
        SUBSCRIPTIONS,
        stop,
        instance=settings.instance,
        pulse=pulse,
        batch=_BATCH,
        lanes=_LANES,
    )


def _work(stop: threading.Event) -> None:
    from services.bonus_status.work.alarms import WatchRatios
    from services.bonus_status.work.anchors import AnchorChains
    from services.bonus_status.work.claims import DueClaims
    from services.bonus_status.work.delays import CountDelays
    from shared.database import connect

    settings = read_settings()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = connect(settings.database_url, pool_size=_WORK_CONNECTIONS)
    counting = CountDelays(engine, utc_now)
    anchoring = AnchorChains(engine, utc_now)
    claims, ratios = DueClaims(engine, utc_now), WatchRatios(engine, utc_now)
    jobs = [
        Job("delays", counting.work, _DELAYS_SECONDS),
        Job("anchors", anchoring.work, _ANCHORS_SECONDS),
        Job("claims", claims.work, _CLAIMS_SECONDS),
        Job("alarms", ratios.work, _ALARMS_SECONDS),
    ]
    keep_doing(jobs, stop, pulse)


def _relay(stop: threading.Event) -> None:
    from shared import event_log
    from shared.database import connect

    settings = read_settings()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = connect(settings.database_url, pool_size=1)
    event_log.relay(engine, settings.kafka_bootstrap, stop, pulse=pulse)


def _rebuild(_: threading.Event) -> None:
    from services.bonus_status.replay.process import rebuild

    sys.exit(rebuild(read_rebuild_settings()))


if __name__ == "__main__":
    run_role(
        _SERVICE,
        {
            "migrate": _migrate,
            "web": _web,
            "consume": _consume,
            "work": _work,
            "relay": _relay,
            "rebuild": _rebuild,
        },
    )
