"""The plain way to redirect, for comparison: Flask, one view, nothing kept."""

from flask import Flask, Response, redirect


def make_app() -> Flask:
    """Build the app."""
    app = Flask("bare")

    @app.get("/go/<store_id>")
    def go(store_id: str) -> Response:
        return redirect(f"https://shop.example/{store_id}?subid=0")  # type: ignore[return-value]

    return app
