"""Where account is put together: `python -m services.account web`."""

import threading

from shared.process import run_role


def _web(stop: threading.Event) -> None:
    from services.account import config
    from shared.server import serve

    del stop  # granian minds the signals itself
    settings = config.from_environment()
    serve("services.account.app:make", settings.listen_host, settings.listen_port)


if __name__ == "__main__":
    run_role("account", {"web": _web})
