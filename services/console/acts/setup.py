"""Acts on partners, stores and members."""

from typing import Any
from urllib.parse import quote

from services.console.acts.act import Act, Do, Doing, calling, pressing, to
from services.console.acts.fields import NOTE, REASON, Field
from shared.pages.words import marked

_LARGEST_FILE = 900_000
_FILE_HINT = marked("All of it is taken in, or nothing. See first what it would change.")
_KINDS = (
    ("signing", marked("signing secret")),
    ("key", marked("bearer key")),
    ("webhook", marked("webhook secret")),
    ("checksum", marked("checksum secret")),
)
_PERSON = ("members", "/members/{member_id}", ("phone", "status", "registered_at"))
_STORE = ("catalog", "/api/stores/{store_id}", ("name", "status", "headline"))


def _import(*, dry_run: bool) -> Do:
    def do(doing: Doing) -> Any:
        return doing.call(
            "catalog",
            "POST",
            "/api/imports",
            params={"dry_run": "true"} if dry_run else {},
            data=str(doing.values["file"]).encode(),
            headers={"Content-Type": "application/yaml"},
        )

    return do


def _profile(*, dry_run: bool) -> Do:
    def do(doing: Doing) -> Any:
        name = quote(str(doing.values["name"]), safe="")
        return doing.call(
            "partner_postback",
            "PUT",
            f"/profiles/{name}",
            params={"dry_run": "true"} if dry_run else {},
            data=str(doing.values["file"]).encode(),
            headers={"Content-Type": "application/yaml"},
        )

    return do


def _put_partner(doing: Doing) -> Any:
    lists = {name: doing.values.get(name, []) for name in ("stores", "formats", "ip_allow_list")}
    sent = {"name": doing.values["name"], **lists}
    partner_id = quote(str(doing.values["partner_id"]), safe="")
    return doing.call("partner_postback", "PUT", f"/partners/{partner_id}", json=sent)


def _of_store(how: str) -> dict[str, Any]:
    return {
        "do": pressing("catalog", f"/api/stores/{{store_id}}/{how}"),
        "back": to("store", "store_id"),
        "targets": ("slug:store_id",),
        "fields": (NOTE,),
        "about": _STORE,
    }


def _of_member(how: str) -> dict[str, Any]:
    return {
        "do": calling("members", f"/members/{{member_id}}/{how}"),
        "back": to("member", "member_id"),
        "targets": ("uuid:member_id",),
        "fields": (REASON,),
        "about": _PERSON,
    }


SETUP = (
    Act(
        "partner-put",
        marked("Set a partner up"),
        _put_partner,
        to("partner", "partner_id"),
        (),
        (
            Field("partner_id", marked("Id"), longest=64, hint=marked("a-z, 0-9 and hyphens")),
            Field("name", marked("Name")),
            Field("stores", marked("Its stores"), "list", optional=True, longest=20_000),
            Field("formats", marked("Formats it may send"), "list", optional=True, longest=2000),
            Field(
                "ip_allow_list",
                marked("Addresses it may send from"),
                "list",
                optional=True,
                longest=4000,
                hint=marked("None: from everywhere."),
            ),
        ),
        warning=marked("A new partner's key and secret are shown once, on the next page."),
        shows_answer=True,
        subject=lambda doing: str(doing.values.get("partner_id", "")),
    ),
    Act(
        "partner-secret",
        marked("Give a new secret"),
        calling("partner_postback", "/partners/{partner_id}/secrets", by=None),
        to("partner", "partner_id"),
        ("slug:partner_id",),
        (
            Field("kind", marked("Which"), "choice", choices=_KINDS),
            Field("overlap_hours", marked("The old one stays valid, hours"), "number", longest=5),
        ),
        warning=marked("It is shown once, on the next page."),
        shows_answer=True,
    ),
    Act(
        "profile-put",
        marked("Set a profile"),
        _profile(dry_run=False),
        to("partners"),
        (),
        (
            Field("name", marked("Name"), longest=64),
            Field("file", marked("The profile, YAML"), "file_text", longest=_LARGEST_FILE),
        ),
        preview=_profile(dry_run=True),
        subject=lambda doing: str(doing.values.get("name", "")),
    ),
    Act("store-pause", marked("Pause the store"), **_of_store("pause")),
    Act("store-resume", marked("Let the store go on"), **_of_store("resume")),
    Act(
        "stores-import",
        marked("Import terms and promotions"),
        _import(dry_run=False),
        to("stores"),
        (),
        (
            Field(
                "file",
                marked("Stores, terms and promotions, YAML"),
                "file_text",
                longest=_LARGEST_FILE,
                hint=_FILE_HINT,
            ),
            NOTE,
        ),
        preview=_import(dry_run=True),
        subject=lambda _doing: "catalog",
    ),
    Act(
        "member-block",
        marked("Block the member"),
        **_of_member("block"),
        warning=marked("No sign-in and no payout from now on."),
        is_final=True,
    ),
    Act("member-unblock", marked("Unblock the member"), **_of_member("unblock")),
)
