"""The rules that come with the programme, from rules.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from services.bonus_status.sources.schema import RuleSchema

_FILE = Path(__file__).with_name("rules.yaml")


def shipped_rules() -> Mapping[str, Mapping[str, Any]]:
    """Answer the shipped rules by name, checked as those that a clerk sets."""
    said = yaml.safe_load(_FILE.read_text())
    schema = RuleSchema()
    return {rule_id: schema.load(one) for rule_id, one in said.items()}
