"""After signing in a visitor goes on within this site, wherever a link would like to lead him."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.pages.site import local_path

WRITTEN = st.text(st.sampled_from("/\\.:@?#%ahtp \t\n\r\0evil"), max_size=20)


@pytest.mark.parametrize("path", ["/", "/me", "/stores/aliexpress?q=a%2Fb", "/me/history?status=a"])
def test_our_own_paths_are_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "///evil.example",
        "",
        "me",
    ],
)
def test_other_places_are_not(elsewhere: str) -> None:
    assert local_path(elsewhere, "/me") == "/me"


@given(WRITTEN)
def test_wherever_it_leads_it_is_this_site(wanted: str) -> None:
    """INVARIANT: no open redirect; browsers read a backslash as a slash and skip tabs."""
    as_a_browser = local_path(wanted).replace("\\", "/").replace("\t", "").replace("\n", "")
    assert urlsplit(urljoin("https://ours.example/", as_a_browser)).netloc == "ours.example"
