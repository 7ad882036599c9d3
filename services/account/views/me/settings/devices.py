"""Where a member is signed in, and signing out from afar."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template
from werkzeug.wrappers import Response

from services.account.services import Refused
from services.account.views.me.settings.mine import ask, done
from services.account.visitor import leave, visitor
from shared.pages.words import gettext

pages = Blueprint("settings_devices", __name__)
_HERE = "/me/settings/devices"


@pages.get(_HERE)
def show() -> str:
    """List the devices, this one first."""
    here = _here()
    found = sorted(ask("GET", "devices")["data"], key=lambda one: one["device_id"] != here)
    return render_template("account/settings/devices.html", devices=found, here=here)


@pages.post(f"{_HERE}/<uuid:device_id>/end")
def end(device_id: UUID) -> Response:
    """Sign one device out; it stays out however often this is sent."""
    try:
        ask("DELETE", f"devices/{device_id}")
    except Refused as refusal:
        if refusal.code != "unknown_device":
            raise
        abort(HTTPStatus.NOT_FOUND)
    if str(device_id) == _here():
        return leave(redirect("/", HTTPStatus.SEE_OTHER))
    return done(gettext("The device is signed out. It takes up to 15 minutes to notice."), _HERE)


@pages.post(f"{_HERE}/end-others")
def end_others() -> Response:
    """Sign all devices out but this one."""
    here = _here()
    if here is None:
        abort(HTTPStatus.NOT_FOUND)
    ask("POST", "devices/end-others", json={"device_id": here})
    said = gettext("All other devices are signed out. It takes up to 15 minutes to notice.")
    return done(said, _HERE)


def _here() -> str | None:
    device = visitor().device
    return device[0] if device else None
