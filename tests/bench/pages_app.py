"""The website as it is deployed, and beside it its first page with no data behind it.

`python -m tests.bench.pages_app` serves both; /bench/empty renders the same template, signed in
alike, and asks nobody anything.
"""

from datetime import UTC, datetime

from flask import Flask, render_template

from services.account.app import build
from services.account.config import from_environment
from services.account.visitor import visitor
from shared.server import serve

_NOTHING = dict.fromkeys(("accrued", "pending", "written_off", "reserved", "debt"), 0)


def make_app() -> Flask:
    """Build the app, with the bare route."""
    app = build(from_environment())

    @app.get("/me/bench-empty")
    def empty() -> str:
        assert visitor().is_member
        return render_template(
            "account/overview/points.html",
            balance=_NOTHING,
            debts=[],
            cutoff_at=datetime.now(UTC).isoformat(),
            first=[],
            last=[],
        )

    return app


if __name__ == "__main__":
    settings = from_environment()
    serve("tests.bench.pages_app:make_app", settings.listen_host, settings.listen_port)
