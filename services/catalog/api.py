"""The JSON API: stores and groups for everybody, imports and pauses for the operator."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Response, request
from sqlalchemy import Engine
from werkzeug.http import quote_etag

from services.catalog import handlers
from services.catalog.config import Settings
from services.catalog.domain import Status
from services.catalog.files import catalog_file
from services.catalog.files.located import UnusableFile
from services.catalog.handlers import UnknownStore
from services.catalog.rates import Rate, best, headline
from services.catalog.schemas import (
    GroupListSchema,
    ImportedSchema,
    ImportQuery,
    ListQuery,
    StatusSchema,
    StoreListSchema,
    StoreSchema,
)
from services.catalog.shop_window import listing
from services.catalog.shop_window.catalogue import Catalogue, Window
from services.catalog.shop_window.listing import Offer, Search
from shared.body import whole_body
from shared.clock import Clock
from shared.identity import Access
from shared.problems import problem
from shared.web import Blueprint


class UnknownFileType(Exception):
    """The body says that it is neither YAML nor CSV."""

    code = "unknown_file_type"

    def __init__(self, media_type: str) -> None:
        """Name what can be read."""
        known = ", ".join(catalog_file.READERS)
        super().__init__(f"The content type {media_type[:50]!r} is none of {known}.")


REFUSALS: dict[type[Exception], int] = {UnknownStore: 404, UnknownFileType: 415}


def blueprint(
    settings: Settings, engine: Engine, window: Window, access: Access, clock: Clock
) -> Blueprint:
    """Build /api."""
    api = Blueprint("catalog", __name__, url_prefix="/api", description="Stores and their rates.")
    _show(api, settings, window, clock)
    _change(api, settings, engine, access, clock)

    @api.errorhandler(UnusableFile)
    def unusable(refusal: UnusableFile) -> Response:
        errors = [asdict(one) for one in refusal.problems]
        return problem(422, refusal.code, str(refusal), errors=errors)

    return api


def _show(api: Blueprint, settings: Settings, window: Window, clock: Clock) -> None:
    @api.get("/stores")
    @api.arguments(ListQuery, location="query")
    @api.doc(**_TAGGED)
    @api.response(200, StoreListSchema)
    def list_stores(asked: dict[str, Any]) -> object:
        """List stores with what they pay now: search by name, browse by group, sort by rate."""
        catalogue, now = window.look(), clock()
        search = Search(asked["q"], asked["group"], asked["subgroup"], asked["sort"])

        def tell() -> object:
            offers = listing.find(catalogue, search, now)
            total = len(offers)
            if asked["after"]:
                last = _offer(catalogue, asked["after"], clock)
                offers = listing.after(offers, last, search.sort)
            page = offers[: asked["limit"]]
            following = page[-1].store.store_id if len(offers) > len(page) else None
            data = [_told(one, settings) for one in page]
            return {"data": data, "total": total, "next": following}

        return _unless_known(catalogue.version(now), tell)

    @api.get("/stores/<store_id>")
    @api.response(200, StoreSchema)
    @api.alt_response(404, description="No store has this id.")
    def show_store(store_id: str) -> object:
        """Show one store with what it pays now."""
        return _told(_offer(window.look(), store_id, clock), settings)

    @api.get("/groups")
    @api.doc(**_TAGGED)
    @api.response(200, GroupListSchema)
    def list_groups() -> object:
        """List the groups and sub-groups, each with its number of stores."""
        catalogue, now = window.look(), clock()

        def tell() -> object:
            stores = listing.counts(listing.find(catalogue, Search(), now))
            return {"data": [_told_group(asdict(group), stores) for group in catalogue.groups]}

        return _unless_known(catalogue.version(now), tell)


def _change(
    api: Blueprint, settings: Settings, engine: Engine, access: Access, clock: Clock
) -> None:
    @api.post("/imports")
    @api.arguments(ImportQuery, location="query")
    @api.doc(requestBody=_REQUEST_BODY)
    @api.response(200, ImportedSchema)
    @api.alt_response(401, description=_NO_KEY)
    @api.alt_response(422, description="Nothing was imported; `errors` tells line by line why.")
    def import_file(asked: dict[str, Any]) -> object:
        """Import a catalog file, wholly or not at all; the same file again changes nothing."""
        access.require_operator(request)
        if request.mimetype not in catalog_file.READERS:
            raise UnknownFileType(request.mimetype)
        places = {"partner_shop": settings.partner_shop_url}
        file = catalog_file.read(whole_body(), request.mimetype, places)
        with engine.begin() as connection:
            return handlers.import_file(
                connection, file, clock(), dry_run=asked["dry_run"] == "true"
            )

    @api.post("/stores/<store_id>/pause")
    @api.response(200, StatusSchema)
    @api.alt_response(401, description=_NO_KEY)
    @api.alt_response(404, description="No store has this id.")
    def pause(store_id: str) -> object:
        """Switch the store's button off; its page stays and says so."""
        return switch(store_id, Status.PAUSED)

    @api.post("/stores/<store_id>/resume")
    @api.response(200, StatusSchema)
    @api.alt_response(401, description=_NO_KEY)
    @api.alt_response(404, description="No store has this id.")
    def resume(store_id: str) -> object:
        """Switch the store's button on again."""
        return switch(store_id, Status.ACTIVE)

    def switch(store_id: str, status: Status) -> object:
        access.require_operator(request)
        with engine.begin() as connection:
            kept = handlers.set_status(connection, store_id, status, clock())
        return {"store_id": store_id, "status": kept.store.status, "version": kept.version}


def _unless_known(version: str, tell: Callable[[], object]) -> object:
    # Before anything is worked out: windows ask every few seconds, and mostly know it already.
    headers = {"ETag": quote_etag(version), "Cache-Control": "no-cache"}
    if request.if_none_match.contains(version):
        return Response(status=304, headers=headers)
    return tell(), 200, headers


def _offer(catalogue: Catalogue, store_id: str, clock: Clock) -> Offer:
    listed = catalogue.stores.get(store_id)
    if listed is None:
        raise UnknownStore(store_id)
    return listing.offer(listed, clock())


def _told(one: Offer, settings: Settings) -> dict[str, Any]:
    store = one.store
    go_url = f"{settings.click_tracking_url}/go/{store.store_id}"
    return {
        **{name: getattr(store, name) for name in _AS_KEPT},
        "headline": one.headline,
        "best": one.best,
        "weight": one.weight,
        "rates": [_told_rate(rate, one.usual.get(rate.category)) for rate in one.rates],
        "promotions": one.promotions,
        "soon": [
            asdict(promotion) | {"headline": headline(then), "best": best(then)}
            for promotion, then in one.soon
        ],
        "go_url": None if one.is_paused else go_url,
    }


def _told_rate(rate: Rate, usual: Rate | None) -> dict[str, Any]:
    return asdict(rate) | {"text": str(rate), "usual": usual}


def _told_group(group: dict[str, Any], stores: dict[str, int]) -> dict[str, Any]:
    name = group["group_id"]
    for subgroup in group["subgroups"]:
        subgroup["stores"] = stores.get(f"{name}/{subgroup['subgroup_id']}", 0)
    return group | {"stores": stores.get(name, 0)}


_AS_KEPT = (
    *("store_id", "name", "group", "subgroup", "status", "description", "conditions"),
    *("keywords", "logo_letters", "logo_colour", "attribution_days", "confirmation_days"),
)
_NO_KEY = "The operator's bearer key is missing."
_TEXT = {"schema": {"type": "string"}}
_AS_BEFORE = "With `If-None-Match`: all is as it was told under that `ETag`."
_TAGGED: dict[str, Any] = {"responses": {"304": {"description": _AS_BEFORE}}}
_REQUEST_BODY = {
    "required": True,
    "description": "The catalog file, at most 1 MiB of UTF-8.",
    "content": dict.fromkeys(("application/yaml", "text/csv"), _TEXT),
}
