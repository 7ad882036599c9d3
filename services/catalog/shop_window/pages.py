"""The shop window: two pages made on the server, whole without scripts, cookies or other sites."""

from datetime import datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from services.catalog.config import Settings
from services.catalog.domain import in_force
from services.catalog.rates import Rate
from services.catalog.shop_window import listing
from services.catalog.shop_window.catalogue import Catalogue, Window
from services.catalog.shop_window.listing import Offer, Search, Sort
from shared.clock import Clock
from shared.months import PROGRAMME_ZONE
from shared.problems import problem
from shared.web import single_parameters

_STORES_A_PAGE = 24
_LONGEST_SEARCH = 100
_STATIC = Path(__file__).with_name("static")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cache-Control": "no-cache",
}
_MACHINES = ("/api/", "/ops/", "/openapi", "/static/")


def blueprint(settings: Settings, window: Window, clock: Clock) -> Blueprint:
    """Build the pages."""
    pages = Blueprint(
        "pages",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    # The style's own content names it: browsers keep it, and fetch it anew when it changes.
    style = sha256((_STATIC / "window.css").read_bytes()).hexdigest()[:12]

    for write in (day, last_day, goods):
        pages.add_app_template_filter(write)

    @pages.app_context_processor
    def addresses() -> dict[str, str]:
        return {"style": style}

    @pages.get("/")
    def show_stores() -> Response:
        catalogue, search = window.look(), _search()
        return _page("stores.html", _shelf(catalogue, search, clock()))

    @pages.get("/stores/<store_id>")
    def show_store(store_id: str) -> Response:
        catalogue, now = window.look(), clock()
        listed = catalogue.stores.get(store_id) or abort(404)
        one = listing.offer(listed, now)
        group = catalogue.group(one.store.group)
        go_url = f"{settings.click_tracking_url}/go/{store_id}"
        before = _raised_from(one, now)
        return _page(
            "store.html", {"offer": one, "group": group, "go_url": go_url, "before": before}
        )

    @pages.app_errorhandler(404)
    def not_found(error: HTTPException) -> Response:
        if request.path.startswith(_MACHINES):
            return problem(404, "not_found", error.description or "There is nothing here.")
        return _page("not_found.html", {"catalogue": window.look()}, HTTPStatus.NOT_FOUND)

    return pages


def day(moment: datetime, month: str = "%B") -> str:
    """Write a day as Moscow's calendar has it: `27 November`, or `27 Nov` with month `%b`."""
    local = moment.astimezone(PROGRAMME_ZONE)
    return f"{local.day} {local.strftime(month)}"


def last_day(end: datetime, month: str = "%B") -> str:
    """Write the last day of a period that ends before a moment; midnight ends the day before."""
    return day(end - timedelta(microseconds=1), month)


def goods(rate: Rate, rates: tuple[Rate, ...]) -> str:
    """Name the goods of a rate: `gift-cards` becomes `Gift cards`."""
    if rate.category is None:
        return "All other goods" if len(rates) > 1 else "All goods"
    said = rate.category.replace("-", " ")
    return said[:1].upper() + said[1:]


def _page(template: str, said: dict[str, Any], status: int = 200) -> Response:
    response = make_response(render_template(template, **said), status)
    response.headers.update(_HEADERS)
    response.add_etag()
    if status == HTTPStatus.OK:
        response.make_conditional(request)
    return response


def _search() -> Search:
    asked = single_parameters()
    sort = Sort.NAME if asked.get("sort") == Sort.NAME else Sort.RATE
    words = asked.get("q", "").replace("\x00", "")[:_LONGEST_SEARCH].strip()
    return Search(words, asked.get("group", ""), asked.get("subgroup", ""), sort)


def _shelf(catalogue: Catalogue, search: Search, now: datetime) -> dict[str, Any]:
    group = catalogue.group(search.group)
    shelves = {one.subgroup_id: one for one in group.subgroups} if group else {}
    if (search.group and not group) or (search.subgroup and search.subgroup not in shelves):
        abort(404)
    everywhere = listing.find(catalogue, Search(words=search.words, sort=search.sort), now)
    offers = [one for one in everywhere if listing.is_on_shelf(one.store, search)]
    pages = max(1, -(-len(offers) // _STORES_A_PAGE))
    page = _page_number(pages)
    start = (page - 1) * _STORES_A_PAGE
    return {
        "catalogue": catalogue,
        "search": search,
        "group": group,
        "subgroup": shelves.get(search.subgroup),
        "counts": listing.counts(everywhere),
        "everywhere": len(everywhere),
        "total": len(offers),
        "offers": offers[start : start + _STORES_A_PAGE],
        "page": page,
        "pages": pages,
        "campaign": _campaign(everywhere),
        "spotlight": _spotlight(everywhere),
        "link": lambda **changes: _link(search, **changes),
    }


def _page_number(pages: int) -> int:
    asked = request.args.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 6 and 1 <= int(asked) <= pages):  # noqa: PLR2004
        abort(404)
    return int(asked)


def _link(search: Search, **changes: object) -> str:
    said = {"q": search.words, "group": search.group, "subgroup": search.subgroup}
    if search.sort is Sort.NAME:
        said["sort"] = search.sort
    wanted = {name: value for name, value in (said | changes).items() if value}
    return "/?" + urlencode(wanted) if wanted else "/"


def _campaign(offers: list[Offer]) -> dict[str, object] | None:
    """Tell of the nearest promotion that is still to begin: its name, first day and stores."""
    coming = [promotion for one in offers for promotion, _ in one.soon]
    if not coming:
        return None
    first = min(coming, key=lambda one: (one.valid_from, one.name))
    same = [one for one in coming if (one.name, one.valid_from) == (first.name, first.valid_from)]
    return {"promotion": first, "stores": len(same)}


def _spotlight(offers: list[Offer]) -> list[Offer]:
    running = [one for one in offers if one.promotions and not one.is_paused]
    return sorted(running, key=lambda one: -one.weight)[:3]


def _raised_from(one: Offer, now: datetime) -> dict[str | None, Rate]:
    """Answer the base rates of the goods that a promotion raises now."""
    base = {rate.category: rate for terms in in_force(one.store.terms, now) for rate in terms.rates}
    usual = {rate.category: base.get(rate.category) or base.get(None) for rate in one.rates}
    return {
        rate.category: was
        for rate in one.rates
        if (was := usual[rate.category]) is not None and str(was) != str(rate)
    }
