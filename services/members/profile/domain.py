"""What a member may set: his name, which news reach him how, and when he is not to be woken."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

LONGEST_NAME = 100
# Joins the parts of an emoji, and of words in scripts that need it; shows nothing by itself.
_JOINERS = {"\u200c", "\u200d"}
# A right-to-left name is read by its letters: marks that turn the text after it are not its part.
_HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class News(StrEnum):
    """What a member may be told."""

    BONUSES = "bonuses"
    PAYOUTS = "payouts"
    CERTIFICATES = "certificates"
    CLAIMS = "claims"
    FRIENDS = "friends"


@dataclass(frozen=True, slots=True)
class Channels:
    """How news of one kind reach a member. What guards his account always comes by SMS."""

    sms: bool = True
    email: bool = False
    site: bool = True


@dataclass(frozen=True, slots=True)
class Settings:
    """What a member has set; quiet hours are Moscow's, and may go over midnight."""

    name: str | None = None
    notices: Mapping[News, Channels] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None

    def all_notices(self) -> dict[News, Channels]:
        """Answer how each kind of news reaches the member, set or not."""
        return {kind: self.notices.get(kind, Channels()) for kind in News}


class HarmfulName(ValueError):
    """The name has characters that change how the text around it is read."""

    code = "harmful_name"
    field = "name"

    def __init__(self) -> None:
        super().__init__("name: leave out control characters.")


class NameTooLong(ValueError):
    """The name is longer than any page shows."""

    code = "name_too_long"
    field = "name"

    def __init__(self) -> None:
        super().__init__(f"name: at most {LONGEST_NAME} characters.")


def read_name(text: str | None) -> str | None:
    """Answer a name as it is kept, in any script: trimmed and composed; None when it is empty.

    Raises HarmfulName, NameTooLong.
    """
    name = unicodedata.normalize("NFC", text or "").strip()
    if any(unicodedata.category(one) in _HARMFUL and one not in _JOINERS for one in name):
        raise HarmfulName
    if len(name) > LONGEST_NAME:
        raise NameTooLong
    return name or None
