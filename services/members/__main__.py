"""Where members is put together: `python -m services.members migrate|web|relay`."""

import threading

from services.members import config
from shared.migrate import upgrade
from shared.process import run_role
from shared.pulse import Pulse, start_monitor


def _web(_stop: threading.Event) -> None:
    from shared.server import serve

    settings = config.from_environment()
    serve("services.members.app:make_app", settings.listen_host, settings.listen_port)


def _relay(stop: threading.Event) -> None:
    from shared import database, event_log

    settings = config.from_environment()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = database.connect(settings.database_url, pool_size=2)
    event_log.relay(engine, settings.kafka_bootstrap, stop, pulse=pulse)


def _migrate(_stop: threading.Event) -> None:
    upgrade("services.members", config.from_environment().database_url)


if __name__ == "__main__":
    run_role("members", {"migrate": _migrate, "web": _web, "relay": _relay})
