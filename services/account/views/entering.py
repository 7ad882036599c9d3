"""Sign-in: by password or by a code in an SMS."""

from flask import Blueprint, render_template, request

from shared.pages.form import Form
from shared.pages.site import local_path

pages = Blueprint("entering", __name__)


@pages.get("/enter")
def show() -> str:
    """Ask for the phone."""
    back = local_path(request.args.get("back", ""), "/me")
    return render_template("account/enter.html", form=Form({"back": back}))
