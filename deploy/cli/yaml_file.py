"""What clerks set by files: the YAML of one thing, as its route takes it in JSON."""

import json
from pathlib import Path
from typing import Any

import click
import yaml

file_argument = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE"
)
# A moment is a text to JSON, and so is a figure with a fraction: which field may not have one, the
# service says.
_TEXTS = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:float")


def read(file: Path) -> dict[str, Any]:
    """Read the names and values of one thing; raises click.ClickException, which says where."""
    try:
        found = yaml.load(file.read_text("utf-8"), _Loader)  # noqa: S506 - it is a safe loader
        json.dumps(found, allow_nan=False)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = f", line {mark.line + 1}" if mark else ""
        message = f"{file}{place}: {fault.problem or fault.context}."
        raise click.ClickException(message) from None
    except (yaml.YAMLError, TypeError, ValueError, RecursionError):
        message = f"{file} is not YAML in UTF-8 that JSON can say: texts, numbers, lists, names."
        raise click.ClickException(message) from None
    if not isinstance(found, dict):
        message = f"{file} has no names and values; see the example in --help."
        raise click.ClickException(message)
    return found


class _Loader(yaml.SafeLoader):
    """Refuses a name that is given twice, of which the last would win in silence."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - yaml's own declaration
        first: [one for one in some if one[0] not in _TEXTS]
        for first, some in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as in yaml
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(found) < len(node.value):
            why = "a name is given twice"
            raise yaml.constructor.ConstructorError(None, None, why, node.start_mark)
        return found
