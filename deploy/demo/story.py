"""The story, in order; tests tell it too, and kill somebody in the middle."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from deploy.cli.verify import as_table
from deploy.demo import afterwards, claims, gifts, networks, proofs, purchases
from deploy.demo import month as month_of_payout
from deploy.demo.actors import Clerk, Member, Shop
from deploy.demo.narrator import Narrator
from deploy.demo.partner import Partner
from deploy.demo.purchases import Scene
from deploy.target import Target
from deploy.verify.run import verify

_NAMES = ("Member 1", "Member 2", "Member 3")
_VERIFY_SECONDS = 60.0

Interruption = Callable[[str], None]


def tell(
    system: Target,
    narrator: Narrator,
    *,
    members: list[dict[str, str]],
    month: str | None = None,
    before: Interruption | None = None,
) -> bool:
    """Tell it with these three members and this month; answer whether every check held.

    `before` is called as each chapter begins: a test may break something there.
    """
    scene = scene_of(system, narrator, members)
    month = month or month_of_payout.next_month(datetime.now(UTC))
    before = before or (lambda _: None)
    others = month_of_payout.preview(scene.clerk, month)
    before("purchases")
    earned = purchases.tell(scene)
    before("networks")
    settled = networks.tell(scene)
    earned = replace(
        earned, first=earned.first + settled.first, second=earned.second + settled.second
    )
    before("month")
    month_of_payout.tell(scene, earned, month, others)
    before("afterwards")
    afterwards.tell(scene, earned)
    before("claims")
    claims.tell(scene)
    before("proof")
    proofs.tell(scene)
    before("gifts")
    gifts.tell(scene)
    narrator.chapter("The accounts")
    columns = ("", "pending", "accrued", "reserved", "written off", "debt")
    narrator.table("points", columns, month_of_payout.as_rows(scene))
    before("verify")
    _verify(system, narrator)
    return narrator.verdict()


def scene_of(system: Target, narrator: Narrator, members: list[dict[str, str]]) -> Scene:
    """Call everybody who takes part."""
    first, second, third = (
        Member(system, name, one["id"], one["phone"], one["cookie"])
        for name, one in zip(_NAMES, members, strict=True)
    )
    partners = {
        store: Partner(system, one["id"], one["secret"], one["key"])
        for one in system.demo["partners"]
        for store in one["stores"]
    }
    return Scene(first, second, third, Shop(system), Clerk(system), partners, narrator)


def _verify(system: Target, narrator: Narrator) -> None:
    narrator.chapter("cashback verify")
    narrator.tell("reading all services and the operator's statement")
    with narrator.console.status("reading") as spinner:
        checks = verify(system, wait_seconds=_VERIFY_SECONDS, say=spinner.update)
    narrator.console.print(as_table(checks))
    for check in checks:
        narrator.expect(check.says, dict(check.faults), {})
