"""What to open in a browser: the pages of a running system, with a way in for each demo member."""

from rich.console import Console

from deploy.target import Target
from shared.http_client import CallFailed


def show(system: Target, console: Console | None = None) -> None:
    """Print the addresses. Sign-in links work once and for a short time: they are made now."""
    console = console or Console()
    rows = _rows(system)
    width = max(len(page) for page, _ in rows)
    console.print("[bold]Open in a browser[/] (a sign-in link works once, and not for long)")
    # No frame, no folding: a terminal opens an address only where it stands in one piece.
    for page, address in rows:
        console.print(f"  {page:{width}}  {address}", soft_wrap=True, highlight=False)


def _rows(system: Target) -> list[tuple[str, str]]:
    return [
        ("the shop window", system.urls["account"]),
        *_sign_in_links(system),
        ("the phones' SMS", system.urls["gateway"]),
        ("the operator's statement", system.urls["operator_billing"]),
        ("the shop's desk: orders, returns", system.urls["partner_shop"]),
    ]


def _sign_in_links(system: Target) -> list[tuple[str, str]]:
    desk = system.clerk("members")
    links: list[tuple[str, str]] = []
    for place, member in enumerate(system.demo["members"], start=1):
        try:
            answer = desk.post(f"/members/{member['id']}/sessions", json={})
        except CallFailed:
            return links
        if answer.ok:
            links.append((f"sign in as member {place}", str(answer.json()["sign_in_url"])))
    return links
