"""Every text of every page is there in every language."""

from pathlib import Path

import pytest

from deploy.translations import ROOT, SITES, faults, texts


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_text_is_translated(site: Path) -> None:
    """INVARIANT: nobody meets a page half in a language of others."""
    assert texts(site)
    assert faults(site) == []


def test_a_new_text_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.translations.ROOT", tmp_path)
    (tmp_path / "page.html").write_text("{{ _('Good morning') }} {% trans %}One{% endtrans %}")
    (tmp_path / "translations").mkdir()
    for language in ("ru", "uk", "sv"):
        catalog = 'msgid "One"\nmsgstr ""\n\nmsgid "Two"\nmsgstr "2"\n'
        (tmp_path / "translations" / f"{language}.po").write_text(catalog)
    said = "\n".join(faults(tmp_path))
    assert "no ru for 'Good morning'" in said
    assert "'One' has no sure translation" in said
    assert "nobody shows 'Two'" in said
    assert tmp_path != ROOT
