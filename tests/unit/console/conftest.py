"""A page of the console in the language of a clerk."""

from collections.abc import Iterator

import pytest
from flask import Flask

from services.console.app import TEXTS
from shared.pages.words import Words, speak


@pytest.fixture
def _in_russian() -> Iterator[None]:
    app = Flask(__name__)
    speak(app, Words(("ru", "en"), *TEXTS))
    with app.test_request_context(headers={"Accept-Language": "ru"}):
        yield
