"""The texts of the pages and their translations: `python -m deploy.translations` tells what lacks.

A part of a site keeps its texts in `translations/<part>/<language>.po`; which text belongs to which
part is a matter of taste. What must hold: each text that pages use is in exactly one catalog of
its site, with a translation into every language, and no catalog has a text that nobody uses.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
LANGUAGES = ("ru", "uk", "sv")
# Members read four languages, clerks two.
SITES = {
    ROOT / "shared" / "pages": LANGUAGES,
    ROOT / "services" / "account": LANGUAGES,
    ROOT / "services" / "click_tracking": LANGUAGES,
    ROOT / "services" / "bonus_status" / "statements": LANGUAGES,
    ROOT / "services" / "console": ("ru",),
}
_METHODS = [("**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"**.html": {"trimmed": "true", "extensions": "jinja2.ext.i18n"}}
_KEYWORDS = {"_": None, "gettext": None, "marked": None, "ngettext": (1, 2)}

Text = str | tuple[str, ...]


def texts(site: Path) -> set[Text]:
    """Answer the texts that a site's templates and modules show."""
    found = extract_from_dir(
        site, _METHODS, _OPTIONS, keywords=_KEYWORDS, comment_tags=(), strip_comment_tags=True
    )
    return {message for _, _, message, _, _ in found if message}


def catalogs(site: Path, language: str) -> Iterator[tuple[Path, Catalog]]:
    """Answer a site's catalogs in one language, with their files."""
    for path in sorted((site / "translations").rglob(f"{language}.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=language, abort_invalid=True)


def faults(site: Path) -> list[str]:
    """Tell each text that lacks a translation, is unsure of it, or that nobody uses."""
    wanted = texts(site)
    languages = SITES.get(site, LANGUAGES)
    return [fault for language in languages for fault in _faults_of(site, language, wanted)]


def _faults_of(site: Path, language: str, wanted: set[Text]) -> Iterator[str]:
    known: dict[Text, Path] = {}
    for path, catalog in catalogs(site, language):
        where = path.relative_to(ROOT)
        for message in catalog:
            text = _text(message.id)
            if not text:
                continue
            if text in known:
                yield f"{where}: {text!r} stands in {known[text].relative_to(ROOT)} too"
            if text not in wanted:
                yield f"{where}: nobody shows {text!r}"
            forms = _text(message.string)
            if message.fuzzy or not all(forms if isinstance(forms, tuple) else (forms,)):
                yield f"{where}: {text!r} has no sure translation"
            yield from (f"{where}: {text!r}: {error}" for error in message.check(catalog))
            known[text] = path
    for text in sorted(wanted - known.keys(), key=str):
        yield f"{site.relative_to(ROOT)}: no {language} for {text!r}"


def _text(written: str | Sequence[str] | None) -> Text:
    return written or "" if isinstance(written, str | None) else tuple(written)


def main() -> None:
    """Tell every fault; exit 1 if there is one."""
    found = [fault for site in SITES for fault in faults(site)]
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
