"""The shop window: stores to find, what each pays, and the way to a store.

Everybody may look; a click needs to know whose it is, so that the way there leads past the sign-in.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request
from flask.blueprints import BlueprintSetupState

from services.account.services import Refused
from services.account.shop import listing, telling
from services.account.shop.listing import Search, Sort
from services.account.shop.stock import Stock, Store, Subgroup
from services.account.shop.window import Window
from services.account.visitor import desk, visitor
from shared.http_client import CallFailed
from shared.identity import SESSION_COOKIE, NotSignedIn
from shared.pages.form import sent_form
from shared.pages.site import local_path
from shared.pages.words import gettext, marked
from shared.web import single_parameters

pages = Blueprint("shop", __name__)
for write in telling.FILTERS.values():
    pages.add_app_template_filter(write)
_LONGEST_SEARCH = 100
_SEE_OTHER = 303
# Long enough to be led on to the store; the session itself stays here.
_LED_ON = timedelta(minutes=5)
_REFUSALS = {
    "too_many_favourites": marked("You have very many favourites: take one away first."),
}


@pages.record
def open_window(state: BlueprintSetupState) -> None:
    """Give the app its copy of the catalog; nothing is asked yet."""
    state.app.extensions["shop"] = Window(state.app.extensions["account"].services.catalog)


@pages.get("/")
def show_stores() -> str:
    """Show the stores that fit a search."""
    stock, (search, page) = _stock(), _asked()
    # Asked first: who wants to see his favourites is a member.
    loved = _favourites(must=search.favourites)
    shelf = listing.shelf(stock, search, loved or frozenset(), page) or abort(404)
    group = stock.group(search.group)
    said = {
        "stock": stock,
        "search": search,
        "shelf": shelf,
        "group": group,
        "subgroup": _subgroup(stock, search.group, search.subgroup),
        "counts": listing.counts(shelf.everywhere),
        "campaign": listing.campaign(shelf.everywhere),
        "spotlight": listing.spotlight(shelf.everywhere),
        "favourites": loved,
        "front": shelf.page == 1 and search in {Search(), Search(sort=Sort.NAME)},
    }
    return render_template("account/shop/stores.html", **said)


@pages.get("/stores/<store_id>")
def show_store(store_id: str) -> str:
    """Show one store: what it pays, until when, for what, and when that is confirmed."""
    stock = _stock()
    store = _store(stock, store_id)
    said = {
        "store": store,
        "group": stock.group(store.group),
        "subgroup": _subgroup(stock, store.group, store.subgroup),
        "favourites": _favourites(),
    }
    return render_template("account/shop/store.html", **said)


@pages.post("/stores/<store_id>/favourite")
def mark_favourite(store_id: str) -> Response:
    """Put a store among the member's favourites, or take it away."""
    form = sent_form()
    page = f"/stores/{store_id}"
    if not visitor().is_member:
        return _to_enter(page)
    members, token = desk().services.members, visitor().token
    wanted = form["wanted"] == "yes"
    if wanted:
        _store(_stock(), store_id)
    try:
        members.raw("PUT" if wanted else "DELETE", f"me/favourites/{store_id}", token)
    except Refused as refusal:
        if refusal.code not in _REFUSALS:
            abort(404)
        flash(gettext(_REFUSALS[refusal.code]), "warning")
    else:
        said = marked("Added to your favourites.") if wanted else marked("No longer a favourite.")
        flash(gettext(said))
    return _see(local_path(form["back"], page))


@pages.get("/to/<store_id>")
def lead_on(store_id: str) -> Response:
    """Lead a member on to a store, through the click; `link` is a page of the store to go to."""
    if _is_only_looking():
        return Response(status=204)
    link = single_parameters().get("link", "")
    store = _store(_stock(), store_id)
    page = f"/stores/{store_id}"
    if not visitor().is_member:
        return _to_enter(page)
    if store.is_paused:
        return _see(page)
    settings = desk().settings
    # A click knows its member by the session's cookie alone, whichever service made it.
    way = f"{settings.click_tracking_url.rstrip('/')}/go/{store_id}"
    response = _see(f"{way}?{urlencode({'to': link})}" if link else way)
    response.set_cookie(
        SESSION_COOKIE,
        visitor().token,
        max_age=_LED_ON,
        domain=settings.session_cookie_domain,
        secure=settings.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _stock() -> Stock:
    window: Window = current_app.extensions["shop"]
    return window.look()


def _store(stock: Stock, store_id: str) -> Store:
    return stock.stores.get(store_id) or abort(404)


def _subgroup(stock: Stock, group_id: str, subgroup_id: str) -> Subgroup | None:
    group = stock.group(group_id)
    shelves = group.subgroups if group else ()
    return next((one for one in shelves if one.subgroup_id == subgroup_id), None)


def _asked() -> tuple[Search, int]:
    asked = single_parameters()
    page = asked.get("page", "1")
    if not (page.isascii() and page.isdigit() and len(page) < 6):  # noqa: PLR2004
        abort(404)
    search = Search(
        words=asked.get("q", "").replace("\x00", "")[:_LONGEST_SEARCH].strip(),
        group=asked.get("group", ""),
        subgroup=asked.get("subgroup", ""),
        sort=Sort.NAME if asked.get("sort") == Sort.NAME else Sort.RATE,
        favourites=asked.get("favourites") == "1",
    )
    return search, int(page)


def _favourites(*, must: bool = False) -> Collection[str] | None:
    """Answer the member's favourites, none of a stranger; None where they cannot be told now.

    The window stays open without them, unless it is they that must be shown.
    """
    if not visitor().is_member:
        if must:
            raise NotSignedIn
        return frozenset()
    try:
        told = desk().services.members.get("me/favourites", visitor().token)
    except (CallFailed, NotSignedIn, Refused):
        if must:
            raise
        return None
    return frozenset(one["store_id"] for one in told["data"])


def _is_only_looking() -> bool:
    said = [request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz")]
    ahead = any(word in one for one in said for word in ("prefetch", "prerender", "preview"))
    return ahead or request.method == "HEAD"


def _to_enter(back: str) -> Response:
    return _see("/enter?" + urlencode({"back": back}))


def _see(place: str) -> Response:
    return cast("Response", redirect(place, _SEE_OTHER))
