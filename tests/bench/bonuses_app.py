"""The web app of bonus_status as it is deployed, and beside it the least that a page can cost.

`python -m tests.bench.bonuses_app` serves both; /bench/<id> is one SELECT by primary key.
"""

from uuid import UUID

from flask import Flask

from services.bonus_status.api.app import make_app as make_real_app
from services.bonus_status.config import read_settings
from shared.database import connect, raw
from shared.server import serve

_THREADS = 4
_ONE = "SELECT bonus_id::text, status, amount FROM bonuses WHERE bonus_id = %s"


def make_app() -> Flask:
    """Build the app, with the bare route."""
    app = make_real_app()
    engine = connect(read_settings().database_url, pool_size=_THREADS)

    @app.get("/bench/<uuid:bonus_id>")
    def one(bonus_id: UUID) -> dict[str, object]:
        with engine.connect() as connection:
            row = raw(connection).execute(_ONE, [bonus_id]).fetchone()
        assert row is not None
        return dict(zip(("bonus_id", "status", "amount"), row, strict=True))

    return app


if __name__ == "__main__":
    settings = read_settings()
    serve(
        "tests.bench.bonuses_app:make_app",
        settings.listen_host,
        settings.listen_port,
        threads=_THREADS,
    )
