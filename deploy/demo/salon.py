"""In a salon: the certificate is checked, redeemed for a smartphone, and spent; the rest burns."""

from uuid import uuid4

from deploy.demo.calls import ask, call, send
from deploy.demo.purchases import Scene
from shared.http_client import HttpClient

SALON = "salon-one"
_LEFTOVER_RUBLES = 50


def tell(scene: Scene, code: str, worth: int) -> None:
    """Redeem a certificate of so many rubles for a smartphone that costs less."""
    clerk = scene.clerk.system.clerk("payout")
    send(clerk, "PUT", f"/salons/{SALON}", {"name": "Salon 1"})
    key = send(clerk, "POST", f"/salons/{SALON}/keys", None)["key"]
    till = HttpClient(scene.clerk.system.urls["payout"], bearer=key)
    # The story may be told again on the same stack: a receipt is a receipt of this one.
    receipt, before = f"R-{uuid4()}", ask(clerk, "/certificates/liability")
    price, burns = (worth - _LEFTOVER_RUBLES) * 100, _LEFTOVER_RUBLES * 100

    checked = send(till, "POST", "/till/check", {"code": code, "price_minor": price})
    says = f"the till warns: of {worth} ₽, {_LEFTOVER_RUBLES} ₽ would burn"
    scene.narrator.expect(says, (checked["pays_minor"], checked["burns_minor"]), (price, burns))

    asked = {"code": code, "price_minor": price, "receipt": receipt, "goods": "smartphone"}
    done = send(till, "POST", "/till/redemptions", asked)
    scene.narrator.expect("it pays for the smartphone", done["left_minor"], 0)
    again = call(till, "POST", "/till/redemptions", json=asked | {"receipt": f"{receipt}-2"})
    scene.narrator.expect("and for no second one", again.json()["code"], "already_redeemed")
    owed = ask(clerk, "/certificates/liability")
    burnt = {name: owed[name] - before[name] for name in ("redeemed_minor", "burnt_minor")}
    wanted = {"redeemed_minor": price, "burnt_minor": burns}
    scene.narrator.expect("what is burnt is told to the operator", burnt, wanted)
