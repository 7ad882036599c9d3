"""One Alembic set-up for all services: each has its own revisions and its own schema."""

from importlib import import_module
from pathlib import Path

_ENVIRONMENT = Path(__file__).parent / "migrations"


def upgrade(package: str, database_url: str, *, options: str = "") -> None:
    """Bring the schema of a service (`services.catalog`) to its newest revision; safe to repeat.

    The search_path names the schema: that of the role, or of the `options` of the session (see
    shared.database.connect). Two at once wait for each other.
    """
    # Here, not above: every process imports this module, one a deployment migrates, and Alembic
    # and SQLAlchemy cost each of the others a second of start-up.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    from shared.database import connect  # noqa: PLC0415

    module = import_module(package)
    assert module.__file__ is not None
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("version_locations", str(Path(module.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "newline")
    engine = connect(database_url, pool_size=1, options=options)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
