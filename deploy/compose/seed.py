"""Makes the demo's partners and rates, once, and tells the sandbox's shops their secrets."""

import os
import sys
from pathlib import Path

from deploy import target
from deploy.demo import cast
from deploy.local.settings import write_private


def main() -> None:
    """Write PARTNERS_FILE, unless an earlier start did."""
    file = Path(os.environ["PARTNERS_FILE"])
    if file.exists():
        sys.stdout.write("the partners are there\n")
        return
    system = target.find()
    cast.set_rates(system)
    partners = cast.make_partners(system)
    write_private(file, cast.for_the_shop(partners))
    sys.stdout.write(f"partners made: {', '.join(one['id'] for one in partners)}\n")


if __name__ == "__main__":
    main()
