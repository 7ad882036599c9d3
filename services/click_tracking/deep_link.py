r"""Deep links: a click may lead to a page of the store, and to nowhere else.

The address is taken apart by one grammar of allowed characters, never by a lenient parser:
browsers and libraries disagree on `\`, `//`, tabs and `@`, and each disagreement is an open
redirect. What passes is put together again from its parts, so that what was checked is what is
sent.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

CLICK_ID = "{click_id}"
DEEP_LINK = "{deep_link}"
LONGEST_PAGE = 2048

_CHARACTER = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_PAGE = re.compile(
    rf"""(?i:https)://(?P<host>[A-Za-z0-9.-]{{1,253}})(?::443)?
    (?P<path>/{_CHARACTER}*)?
    (?:\?(?P<query>(?:{_CHARACTER}|\?)*))?
    (?:\#(?P<fragment>(?:{_CHARACTER}|\?)*))?""",
    re.ASCII | re.VERBOSE,
)
_TRACKING = re.compile(r"https?://[A-Za-z0-9.:-]+[/?][!-\[\]-~]*", re.ASCII)


class BadDeepLink(ValueError):
    """The page that was asked for is not one that a click on this store may lead to."""

    code = "bad_deep_link"
    field = "to"


class UnusableTrackingUrl(ValueError):
    """The store's tracking link cannot be put into a redirect."""

    def __init__(self, store_id: str) -> None:
        """Name the store."""
        super().__init__(f"The tracking link of {store_id} is no plain http address.")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a store, checked: https, and on a host that the store allows."""

    address: str
    query: str
    fragment: str

    def __str__(self) -> str:
        return self.address + _with("?", self.query) + _with("#", self.fragment)


def check_tracking_url(store_id: str, url: str) -> None:
    """Let a tracking link of the catalog pass; raises UnusableTrackingUrl."""
    if _TRACKING.fullmatch(url) is None or CLICK_ID not in url:
        raise UnusableTrackingUrl(store_id)


def read_page(text: str, hosts: Collection[str]) -> Page:
    """Read the address of a page; raises BadDeepLink unless its host is one of the store's."""
    match = _PAGE.fullmatch(text) if len(text) <= LONGEST_PAGE else None
    if match is None:
        message = (
            f"`to` must be an https address of at most {LONGEST_PAGE} characters, without a user"
            " name or another port, with every unusual character percent-encoded."
        )
        raise BadDeepLink(message)
    host = match["host"].lower()
    if host not in hosts:
        message = f"`to` leads to {host[:60]}, which is not a host of this store."
        raise BadDeepLink(message)
    path = match["path"] or "/"
    return Page(f"https://{host}{path}", match["query"] or "", match["fragment"] or "")


def store_template(tracking_url: str) -> str:
    """Answer where a click on the store leads; `{click_id}` still stands for the id."""
    return tracking_url.replace(DEEP_LINK, "")


def page_template(tracking_url: str, page: Page) -> str:
    """Answer where a click on a page leads; raises BadDeepLink when the store cannot track it.

    A network's tracking link says with `{deep_link}` where the page belongs. Otherwise the click
    goes to the page itself with the parameters of the tracking link, ours replacing any of the
    same name.
    """
    if DEEP_LINK in tracking_url:
        return tracking_url.replace(DEEP_LINK, quote(str(page), safe=""))
    ours = tracking_url.partition("#")[0].partition("?")[2].split("&")
    if not any(CLICK_ID in one for one in ours):
        message = "`to` cannot be used: this store has no links to single pages."
        raise BadDeepLink(message)
    names = {_name(one) for one in ours}
    theirs = [one for one in page.query.split("&") if one and _name(one) not in names]
    return f"{page.address}?{'&'.join([*theirs, *ours])}{_with('#', page.fragment)}"


def _name(parameter: str) -> str:
    return unquote_plus(parameter.partition("=")[0]).lower()


def _with(mark: str, text: str) -> str:
    return mark + text if text else ""
