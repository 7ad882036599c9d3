"""One statement about the system, with the figures that it was judged by."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """What should be true: `seen` says of how many, each figure of `wrong` must be zero."""

    says: str
    seen: Mapping[str, int]
    wrong: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Say whether it is true."""
        return not self.faults

    @property
    def faults(self) -> Mapping[str, int]:
        """Answer the figures that should be zero and are not."""
        return {name: count for name, count in self.wrong.items() if count}
