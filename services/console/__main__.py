"""Where console is put together: `python -m services.console migrate|web`."""

import threading

from services.console import config
from shared.migrate import upgrade
from shared.process import run_role


def _web(_stop: threading.Event) -> None:
    from shared.server import serve

    settings = config.from_environment()
    serve("services.console.app:make_app", settings.listen_host, settings.listen_port)


def _migrate(_stop: threading.Event) -> None:
    upgrade("services.console", config.from_environment().database_url)


if __name__ == "__main__":
    run_role("console", {"migrate": _migrate, "web": _web})
