"""After the payout: goods come back that were paid for already, and the next purchase repays it."""

from typing import Any

from deploy.demo.purchases import GROCERIES, Earned, Scene

_NEXT_RUBLES = 6_000


def tell(scene: Scene, earned: Earned) -> None:
    """Let what was paid out come back, and check that the member is told, and repays it once."""
    scene.narrator.chapter("After the payout")
    _comes_back(scene, earned)
    _is_repaid(scene, earned)


def _comes_back(scene: Scene, earned: Earned) -> None:
    owed = earned.second_order_points
    scene.shop.does("return", earned.second_order, reason="Spoilt")
    scene.narrator.await_(
        f"Member 2's food comes back after its points were paid: {owed} points are owed",
        lambda: scene.second.debts()["debt"],
        owed,
    )
    told = scene.second.debts()["data"]
    scene.narrator.expect("and Member 2 reads why", [_says_why(one) for one in told], [True])


def _says_why(debt: dict[str, Any]) -> bool:
    words = str(debt["in_words"])
    return "the goods were returned" in words and "paid by a top-up" in words


def _is_repaid(scene: Scene, earned: Earned) -> None:
    order = scene.shop.sell(GROCERIES, scene.second.go_to(GROCERIES), _NEXT_RUBLES * 100)
    scene.shop.does("approve", order)
    left = scene.points(GROCERIES, _NEXT_RUBLES) - earned.second_order_points
    scene.narrator.await_(
        f"the next purchase repays it before anything else: {left} points are left",
        lambda: {name: scene.second.balance()[name] for name in ("accrued", "debt")},
        {"accrued": left, "debt": 0},
    )
