"""The languages of a site: texts are written in English and translated by gettext catalogs.

`_("Sign in")` in a template or in Python answers the sentence in the visitor's language. Catalogs
are the .po files themselves (`translations/ru.po`), read when the app is built: there is no build
step, and no compiled copy that could be older than its source.
"""

from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request

LANGUAGE_COOKIE = "cashback_language"
SOURCE_LANGUAGE = "en"
_TERRITORY = {"en": "en_GB"}  # day before month, as all the others write it
_ENGLISH = NullTranslations()


class Words:
    """The texts of a site in all its languages; the first one is for who asks for none of them."""

    def __init__(self, languages: Iterable[str], *folders: Path) -> None:
        """Read `<folder>/<language>.po` of every folder; a later one completes an earlier."""
        self.languages = tuple(languages)
        self._texts = {one: _catalog(one, folders) for one in self.languages}

    def texts(self, language: str) -> NullTranslations:
        """Answer the catalog of a language."""
        return self._texts[language]

    def choose(self) -> str:
        """Answer the visitor's language: what he chose, else what his browser asks for."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        if chosen in self.languages:
            return chosen
        return request.accept_languages.best_match(self.languages) or self.languages[0]


def speak(app: Flask, words: Words) -> None:
    """Let an app's templates say `_`, `ngettext` and `{% trans %}` in the visitor's language."""
    app.extensions["words"] = words
    app.jinja_env.add_extension("jinja2.ext.i18n")
    install: Callable[..., None] = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=True)
    app.jinja_env.policies["ext.i18n.trimmed"] = True


def gettext(message: str) -> str:
    """Answer a text in the visitor's language."""
    return str(_texts().ugettext(message))


def ngettext(singular: str, plural: str, number: int) -> str:
    """Answer the form of a text that goes with a number: `1 балл`, `2 балла`, `5 баллов`."""
    return str(_texts().ungettext(singular, plural, number))


def marked(message: str) -> str:
    """Mark a text for the catalogs where it stands in a table; `gettext` it when it is shown."""
    return message


def language() -> str:
    """Answer the language of this visit."""
    if not has_request_context():
        return SOURCE_LANGUAGE
    if "language" not in g:
        g.language = _words().choose()
    return str(g.language)


def locale() -> Locale:
    """Answer how this visitor's numbers and dates are written."""
    spoken = language()
    return Locale.parse(_TERRITORY.get(spoken, spoken))


def _texts() -> NullTranslations:
    spoken = language()
    return _ENGLISH if spoken == SOURCE_LANGUAGE else _words().texts(spoken)


def _words() -> Words:
    words: Words = current_app.extensions["words"]
    return words


@cache
def _catalog(language: str, folders: tuple[Path, ...]) -> NullTranslations:
    texts = NullTranslations()
    for folder in folders:
        if language != SOURCE_LANGUAGE:
            # The later folder's catalog is asked first, the earlier where it has no answer.
            newer = _read(folder / f"{language}.po", language)
            newer.add_fallback(texts)
            texts = newer
    return texts


def _read(path: Path, language: str) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)
