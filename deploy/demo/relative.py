"""A relative's phone: asked by SMS, agreed to by a code, declined by the operator in the run."""

import re
import secrets
from dataclasses import dataclass

import requests

from deploy.demo.calls import send
from deploy.demo.purchases import Scene

LIMIT = 100
_CODE = re.compile(r"\b[0-9]{6}\b")


@dataclass(frozen=True, slots=True)
class Relative:
    """Whose phone Member 1 would like to pay, too."""

    relative_id: str
    phone: str


def agree(scene: Scene) -> Relative:
    """Ask a relative, and let him pass the code on; his number will turn out to be barred."""
    phone = f"+7900{secrets.randbelow(9_000_000) + 1_000_000}"
    relative_id = scene.first.name_relative(phone, "mother")
    codes = scene.narrator.eventually(lambda: _codes(scene, phone), bool)
    state = scene.first.type_consent(relative_id, codes[0]) if codes else "not asked"
    says = "Member 1's mother is asked by SMS, and agrees: the code of it is typed in"
    scene.narrator.expect(says, state, "consented")
    fault = {"mode": "declined", "reason": "barred", "phone": phone, "count": 1}
    send(scene.clerk.system.clerk("operator_billing"), "PUT", "/faults", fault)
    return Relative(relative_id, phone)


def choose(scene: Scene, relative: Relative, own_limit: int) -> bool:
    """Put her number behind the own one, as soon as payout has heard of the consent."""
    mine = {"kind": "top_up", "monthly_limit": own_limit}
    hers = {"kind": "top_up", "monthly_limit": LIMIT, "relative_id": relative.relative_id}
    try:
        scene.first.choose_goals([mine, hers])
    except requests.HTTPError:
        return False
    return True


def tell_declined(scene: Scene, amount: int, topped_up: list[int]) -> None:
    """Her operator barred the number: nothing was paid, the points are back, and a hint is sent."""
    scene.narrator.expect("the mother's number is barred: nothing is paid to it", topped_up, [])
    told = scene.narrator.eventually(lambda: _hints(scene, amount), bool)
    scene.narrator.expect("Member 1 is told so by SMS, with what to do", len(told), 1)


def _codes(scene: Scene, phone: str) -> list[str]:
    found = [_CODE.search(text) for text in scene.first.text_messages(phone)]
    return [one[0] for one in found if one]


def _hints(scene: Scene, amount: int) -> list[str]:
    wanted = (f"близкого на {amount} ", "Номер заблокирован")
    texts = scene.first.text_messages()
    return [text for text in texts if all(words in text for words in wanted)]
