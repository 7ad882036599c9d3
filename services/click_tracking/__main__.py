"""Starts the processes: `python -m services.click_tracking web|ship`."""

import os
import threading

from services.click_tracking.config import from_environment
from services.click_tracking.ship import ship
from shared.process import run_role
from shared.pulse import Pulse, start_monitor
from shared.server import serve

# A member waits for the redirect and nobody for the shipping: it gives way on a busy machine.
_POLITENESS = 10


def _web(stop: threading.Event) -> None:
    del stop  # granian minds the signals itself
    settings = from_environment()
    # One thread: a redirect waits for nothing, and the counts and repeats of one thread are exact.
    serve(
        "services.click_tracking.app:make_app",
        settings.listen_host,
        settings.listen_port,
        threads=1,
    )


def _ship(stop: threading.Event) -> None:
    settings, pulse = from_environment(), Pulse()
    os.nice(_POLITENESS)
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    ship(settings, stop, pulse)


if __name__ == "__main__":
    run_role("click_tracking", {"web": _web, "ship": _ship})
