"""Names that stand in addresses and event keys."""

import re

_NAME = re.compile(r"(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


class WrongName(ValueError):
    """The address names something that cannot be a name here."""

    code = "invalid_fields"

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(f"{field}: Use a-z, 0-9 and single hyphens, at most 64 characters.")


def check_name(field: str, text: str) -> None:
    """Let a name pass; raises WrongName."""
    if not _NAME.fullmatch(text):
        raise WrongName(field)
