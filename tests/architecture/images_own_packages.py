"""Imports modules as an image would: whatever `deploy/runtime.lock` does not name is not there.

Run by test_images.py in a process of its own: `python images_own_packages.py MODULE…`.
"""

import importlib
import re
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import packages_distributions
from pathlib import Path
from types import ModuleType

_OURS = {"deploy", "services", "shared"}
_PINNED = re.compile(r"(?m)^([a-z0-9][\w.-]*)==")


class NotInTheImage(MetaPathFinder):
    """Finds the packages that are installed here alone, and refuses them."""

    def __init__(self, lock: str) -> None:
        known = set(_PINNED.findall(lock))
        self._missing = {
            package
            for package, distributions in packages_distributions().items()
            if not {re.sub(r"[-_.]+", "-", one).lower() for one in distributions} & known
        } - _OURS

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raise ModuleNotFoundError for a package that an image has not."""
        if fullname.partition(".")[0] in self._missing:
            message = f"No module named {fullname!r} in the image"
            raise ModuleNotFoundError(message, name=fullname)
        return None


if __name__ == "__main__":
    root = Path(__file__).parents[2]
    sys.path.insert(0, str(root))
    sys.meta_path.insert(0, NotInTheImage((root / "deploy" / "runtime.lock").read_text()))
    for name in sys.argv[1:]:
        importlib.import_module(name)
