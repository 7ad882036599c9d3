"""Makes empty servers ready for the services: roles, schemas, topics, the catalog's first stores.

The same for the local stack and for compose. Every step is safe to repeat.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy import databases, topics
from shared.migrate import upgrade

CATALOG_FILE = Path(__file__).parents[1] / "services" / "catalog" / "stores.yaml"
_IMPORT_SECONDS = 300

Say = Callable[[str], None]


class NotImported(RuntimeError):
    """The catalog refused the file of its first stores."""

    def __init__(self, said: str) -> None:
        super().__init__(f"the catalog's stores were not imported:\n{said}")


def prepare(admin_dsn: str, passwords: Mapping[str, str], bootstrap: str, say: Say) -> None:
    """Make the database with its roles, the topics, and every service's tables."""
    databases.prepare(admin_dsn, databases.DATABASE, passwords)
    say("database roles and schemas are there")
    made = topics.create(bootstrap)
    say(f"topics made: {', '.join(made) or 'none, all were there'}")
    for service in databases.OWNERS:
        url = databases.as_role(admin_dsn, databases.DATABASE, service, passwords[service])
        upgrade(f"services.{service}", url)
    say(f"{len(databases.OWNERS)} services are migrated")


def import_catalog(environment: Mapping[str, str]) -> None:
    """Import the first stores, as an operator would; raises NotImported."""
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "services.catalog", "import", str(CATALOG_FILE)],
        env=dict(environment),
        cwd=CATALOG_FILE.parents[2],
        capture_output=True,
        text=True,
        timeout=_IMPORT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise NotImported(done.stdout + done.stderr)
