"""Eight purchases, each with another fate, and what each must come to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deploy.demo.actors import Clerk, Member, Shop
from deploy.demo.cast import RATES_MICRO
from deploy.demo.narrator import Narrator
from deploy.demo.partner import Partner, message, some_secret

ELECTRONICS, GROCERIES, HOTELS = "aliexpress", "perekrestok", "booking"
_DELIVERIES = 5


@dataclass(frozen=True, slots=True)
class Scene:
    """Everybody who takes part, and the teller."""

    first: Member
    second: Member
    third: Member
    shop: Shop
    clerk: Clerk
    partners: dict[str, Partner]  # by store
    narrator: Narrator

    def points(self, store_id: str, rubles: int) -> int:
        """Work out what a purchase must earn at today's terms, rounded down."""
        return rubles * self.clerk.rate_basis_points(store_id) // 10_000


@dataclass(frozen=True, slots=True)
class Earned:
    """What each member must have once all reports are in; `second_order`: one that comes back."""

    first: int
    second: int
    third: int
    second_order: str
    second_order_points: int


def tell(scene: Scene) -> Earned:
    """Let all eight happen; answer what must be accrued at the end."""
    scene.narrator.chapter("Eight purchases")
    approved = _approved(scene)
    _declined(scene)
    order, amended = _amended(scene)
    _returned(scene)
    repeated = _repeated(scene)
    early = _approved_before_reported(scene)
    foreign = _in_another_currency(scene)
    _forged(scene)
    return Earned(approved, amended + early, repeated + foreign, order, amended)


def _approved(scene: Scene) -> int:
    order = scene.shop.sell(ELECTRONICS, scene.first.go_to(ELECTRONICS), 5_000_00)
    points = scene.points(ELECTRONICS, 5_000)
    _await_pending(scene, scene.first, points, "1. Member 1 buys for 5 000 ₽")
    scene.shop.does("approve", order)
    _await_accrued(scene, scene.first, points, "   the shop approves it")
    return points


def _declined(scene: Scene) -> None:
    order = scene.shop.sell(GROCERIES, scene.first.go_to(GROCERIES), 2_000_00)
    _await_pending(
        scene, scene.first, scene.points(GROCERIES, 2_000), "2. Member 1 buys food for 2 000 ₽"
    )
    scene.shop.does("decline", order, reason="Paid by gift card")
    _await_pending(scene, scene.first, 0, "   the shop declines it, and says why")
    told = [one["reason"] for one in scene.first.bonuses() if one["status"] == "rejected"]
    scene.narrator.expect("   Member 1 can read the reason", told, ["Paid by gift card"])


def _amended(scene: Scene) -> tuple[str, int]:
    order = scene.shop.sell(GROCERIES, scene.second.go_to(GROCERIES), 4_000_00)
    before, after = scene.points(GROCERIES, 4_000), scene.points(GROCERIES, 3_000)
    _await_pending(scene, scene.second, before, "3. Member 2 buys food for 4 000 ₽")
    scene.shop.does("amend", order, amount_minor=3_000_00)
    _await_pending(scene, scene.second, after, "   one thing was out of stock: 3 000 ₽")
    scene.shop.does("approve", order)
    _await_accrued(scene, scene.second, after, "   approved at the lower amount")
    return order, after


def _returned(scene: Scene) -> None:
    order = scene.shop.sell(ELECTRONICS, scene.third.go_to(ELECTRONICS), 10_000_00)
    scene.shop.does("approve", order)
    points = scene.points(ELECTRONICS, 10_000)
    _await_accrued(scene, scene.third, points, "4. Member 3 buys for 10 000 ₽, approved")
    scene.shop.does("return", order, reason="Wrong size")
    _await_accrued(scene, scene.third, 0, "   it is sent back: the bonus is rejected")


def _repeated(scene: Scene) -> int:
    click_id = scene.third.go_to(GROCERIES)
    now = datetime.now(UTC)
    order_id = f"repeated-{click_id[:12]}"
    said = message(order_id, "approved", click_id, 2_000_00, ordered_at=now, status_at=now)
    verdicts = [_verdict(scene, GROCERIES, said) for _ in range(_DELIVERIES)]
    wanted = ["accepted", *["duplicate"] * (_DELIVERIES - 1)]
    scene.narrator.expect(
        "5. Member 3's 2 000 ₽ are reported five times, each signed", verdicts, wanted
    )
    points = scene.points(GROCERIES, 2_000)
    _await_accrued(scene, scene.third, points, "   one bonus comes of it")
    return points


def _approved_before_reported(scene: Scene) -> int:
    click_id = scene.second.go_to(ELECTRONICS)
    ordered, approved = datetime.now(UTC), datetime.now(UTC) + timedelta(milliseconds=1)
    order_id = f"early-{click_id[:12]}"
    have = scene.second.balance()["accrued"]
    points = scene.points(ELECTRONICS, 3_000)
    for status, at, says in (
        ("approved", approved, "6. Member 2's approval comes before the report of the purchase"),
        ("reported", ordered, "   and the report after it"),
    ):
        said = message(order_id, status, click_id, 3_000_00, ordered_at=ordered, status_at=at)
        scene.narrator.expect(says, _verdict(scene, ELECTRONICS, said), "accepted")
    _await_accrued(scene, scene.second, have + points, "   the order does not matter: accrued")
    return points


def _in_another_currency(scene: Scene) -> int:
    order = scene.shop.sell(HOTELS, scene.third.go_to(HOTELS), 120_50, "EUR")
    scene.shop.does("approve", order)
    euro = RATES_MICRO["EUR"]
    points = 120_50 * euro * scene.clerk.rate_basis_points(HOTELS) // (100 * 1_000_000 * 10_000)
    have = scene.points(GROCERIES, 2_000)
    says = f"7. Member 3's hotel costs 120.50 €, at {euro / 1_000_000:.2f} ₽: {points} points"
    _await_accrued(scene, scene.third, have + points, says)
    return points


def _forged(scene: Scene) -> None:
    click_id = scene.first.go_to(HOTELS)
    now = datetime.now(UTC)
    said = message(f"forged-{click_id[:12]}", "approved", click_id, 900_000_00,
                   ordered_at=now, status_at=now)  # fmt: skip
    answer = scene.partners[HOTELS].says(said, secret=some_secret())
    says = "8. Somebody forges an approval of 900 000 ₽: refused, nothing is kept of it"
    scene.narrator.expect(says, answer.status_code, 401)


def _verdict(scene: Scene, store_id: str, said: dict[str, object]) -> str:
    answer = scene.partners[store_id].says(said).json()
    return str(answer.get("verdict", answer))


def _await_pending(scene: Scene, member: Member, points: int, says: str) -> None:
    says = f"{says}: {points} points pending"
    scene.narrator.await_(says, lambda: member.balance()["pending"], points)


def _await_accrued(scene: Scene, member: Member, points: int, says: str) -> None:
    says = f"{says}: {points} points accrued"
    scene.narrator.await_(says, lambda: member.balance()["accrued"], points)
