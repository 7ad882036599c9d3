"""The outside world, one process a part: `python -m services.sandbox gateway`, and so on."""

import threading
from collections.abc import Callable

from services.sandbox import config
from shared.process import run_role
from shared.server import serve

# Slow and lost answers hold a thread each for as long as they last.
_THREADS = 32
_PORTS = {"operator_billing": 8110, "gateway": 8111, "partner_shop": 8112, "networks": 8113}


def _part(name: str, default_port: int) -> Callable[[threading.Event], None]:
    def run(_stop: threading.Event) -> None:
        settings = config.read(default_port)
        factory = f"services.sandbox.{name}.app:make"
        serve(factory, settings.listen_host, settings.listen_port, threads=_THREADS)

    return run


if __name__ == "__main__":
    run_role("sandbox", {name: _part(name, port) for name, port in _PORTS.items()})
