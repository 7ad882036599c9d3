"""Queries and forms, read as strictly as JSON: each parameter once, in UTF-8."""

from typing import Any

from flask import request
from marshmallow import fields

from shared import web
from shared.web import RepeatedParameter, StrictParser

_FORM = "application/x-www-form-urlencoded"


class _FormParser(StrictParser):
    """The strict parser, for forms too."""

    def load_form(self, req: Any, schema: Any) -> Any:
        """Read the form; raises RepeatedParameter for what is no list."""
        for name, values in req.form.lists():
            if len(values) > 1 and not isinstance(schema.fields.get(name), fields.List):
                raise RepeatedParameter(name)
        return super().load_form(req, schema)


class Blueprint(web.Blueprint):
    """The strict blueprint, for pages with forms."""

    ARGUMENTS_PARSER = _FormParser()


def refuse_what_is_not_utf8() -> None:
    """Look through a request before it is answered; raises NotUtf8."""
    web.refuse_what_is_not_utf8(request.query_string)
    if request.mimetype == _FORM:
        web.refuse_what_is_not_utf8(request.get_data())
