"""Which consumer group reads which topics, as contracts/asyncapi.yaml says."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

CONTRACT = Path(__file__).parent.parent / "contracts" / "asyncapi.yaml"


@cache
def readers() -> Mapping[str, list[str]]:
    """Answer consumer group → topics."""
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = defaultdict(list)
    for operation in contract["operations"].values():
        # Without a group a process reads the whole topic at each start, and cannot lag for long.
        if operation["action"] == "receive" and "bindings" in operation:
            group = operation["bindings"]["kafka"]["groupId"]["enum"][0]
            channel = operation["channel"]["$ref"].rpartition("/")[2]
            groups[group].append(contract["channels"][channel]["address"])
    return groups
