"""The settings of a local stack outlive the version that made them."""

import json
from pathlib import Path

from deploy.local import settings


def test_a_stack_of_before_a_key_was_needed_gets_its_own_and_keeps_it(tmp_path: Path) -> None:
    made = settings.make(tmp_path, {"postgres": 1})
    settings.save(made)
    file = tmp_path / settings.FILE
    kept = json.loads(file.read_text())
    del kept["keys"]["proof"]
    file.write_text(json.dumps(kept))
    first, again = settings.load(tmp_path), settings.load(tmp_path)
    assert first is not None
    assert again is not None
    assert len(first.keys["proof"]) == 64
    assert first.keys == again.keys == made.keys | {"proof": first.keys["proof"]}
