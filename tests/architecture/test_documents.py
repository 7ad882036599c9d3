"""Documents do not lie about files: every relative link leads somewhere."""

import re
from pathlib import Path

import pytest

from tests.architecture import source

LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]+)(?:#[^)]*)?\)")
DOCUMENTS = [path for path in source.text_files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=source.name)
def test_links_lead_somewhere(path: Path) -> None:
    """A link to a file that moved is found here, not by a reader."""
    targets = [link for link in LINK.findall(path.read_text()) if "://" not in link]
    assert [link for link in targets if not (path.parent / link).exists()] == []


def test_the_front_page_exists() -> None:
    """README.md is where everybody starts."""
    assert (source.ROOT / "README.md").is_file()
