"""Stores: what they pay, pauses, promotions to come."""

from flask import Flask, abort, render_template, request

from services.console.desk import desk

_PAGE = 50


def register(app: Flask) -> None:
    """Put them on the app."""
    app.add_url_rule("/stores", "stores", stores)
    app.add_url_rule("/stores/<slug:store_id>", "store", store)


def stores() -> str:
    """List stores with what they pay now."""
    asked = {"q": request.args.get("q", "")[:100], "group": request.args.get("group", "")}
    ask, after = desk().neighbours, request.args.get("after")
    parts = ask.together(
        page=(
            "catalog",
            lambda: ask.get("catalog", "/api/stores", **asked, after=after, limit=_PAGE),
        ),
        groups=("catalog", lambda: ask.get("catalog", "/api/groups")),
    )
    return render_template("console/stores.html", asked=asked, **parts)


def store(store_id: str) -> str:
    """Show a store: its terms now, its promotions now and soon."""
    found = desk().neighbours.find("catalog", f"/api/stores/{store_id}")
    if found is None:
        abort(404)
    return render_template("console/store.html", store=found)
