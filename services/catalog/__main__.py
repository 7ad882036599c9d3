"""Where the catalogue is put together: `python -m services.catalog migrate|web|relay|import`.

`import FILE` reads that file, `import` alone the one that ships with the service.
"""

import sys
import threading
from functools import partial
from pathlib import Path

from services.catalog import config
from shared.migrate import upgrade
from shared.process import Role, run_role
from shared.pulse import Pulse, start_monitor

SHIPPED_FILE = Path(__file__).with_name("stores.yaml")
_MEDIA_TYPES = {".yaml": "application/yaml", ".yml": "application/yaml", ".csv": "text/csv"}


def _web(_stop: threading.Event) -> None:
    from shared.server import serve

    settings = config.from_environment()
    serve("services.catalog.app:make", settings.listen_host, settings.listen_port)


def _relay(stop: threading.Event) -> None:
    from shared import database, event_log

    settings = config.from_environment()
    pulse = Pulse()
    start_monitor(settings.listen_host, settings.monitor_port, pulse)
    engine = database.connect(settings.database_url, pool_size=2)
    event_log.relay(engine, settings.kafka_bootstrap, stop, pulse=pulse)


def _migrate(_stop: threading.Event) -> None:
    upgrade("services.catalog", config.from_environment().database_url)


def _import(file: Path, _stop: threading.Event) -> None:
    from services.catalog import handlers
    from services.catalog.files import catalog_file
    from services.catalog.files.located import UnusableFile
    from shared import database
    from shared.clock import utc_now

    settings = config.from_environment()
    places = {"partner_shop": settings.partner_shop_url}
    engine = database.connect(settings.database_url, pool_size=1)
    try:
        read = catalog_file.read(file.read_bytes(), _MEDIA_TYPES[file.suffix], places)
        with engine.begin() as connection:
            done = handlers.import_file(connection, read, utc_now(), dry_run=False)
    except UnusableFile as refusal:
        told = "\n".join(f"{file}:{one}" for one in refusal.problems)
        sys.exit(f"{told}\n{refusal}")
    except (OSError, KeyError) as fault:
        sys.exit(f"{file} cannot be read as .yaml, .yml or .csv: {fault}")
    sys.stdout.write(f"{done}\n")


def _main() -> None:
    words = sys.argv[1:]
    file = Path(words.pop()) if words[:1] == ["import"] and len(words) > 1 else SHIPPED_FILE
    roles: dict[str, Role] = {
        "migrate": _migrate,
        "web": _web,
        "relay": _relay,
        "import": partial(_import, file),
    }
    run_role("catalog", roles, words)


if __name__ == "__main__":
    _main()
