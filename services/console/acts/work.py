"""Acts of the daily work: what is held or parked, claims, corrections, certificates, messages."""

from collections.abc import Mapping
from typing import Any

from services.console.acts.act import Act, Do, Doing, calling, pressing, to
from services.console.acts.fields import NOTE, REASON, Field, hidden_number
from shared.pages.words import marked

_HELD = ("partner_postback", "/receipts/{receipt_id}", ("partner_id", "code", "detail", "rule"))
_CLAIM = (
    "bonus_status",
    "/claims/{claim_id}",
    ("store_name", "order_id", "amount_minor", "state", "partner_says", "partner_text"),
)
_CORRECTION = (
    "bonus_status",
    "/corrections/{correction_id}",
    ("kind", "amount", "member_id", "clerk", "reason", "made_at"),
)
_CERTIFICATE = ("payout", "/certificates/{certificate_id}", ("denomination", "status", "member_id"))
_PAYOUT = ("payout", "/payouts/{payout_id}", ("kind", "amount", "state", "reason", "member_id"))
_VERSION = hidden_number("version")


def _claim(step: str) -> Do:
    def do(doing: Doing) -> Any:
        sent = {**doing.values, "clerk": doing.clerk}
        return doing.call("bonus_status", "POST", f"/claims/{{claim_id}}/{step}", json=sent)

    return do


def _parked(how: str) -> Do:
    def do(doing: Doing) -> Any:
        return doing.call(doing.targets["service"], "POST", f"/ops/parked/{{parked_id}}/{how}")

    return do


def _correct(doing: Doing) -> Any:
    sent = {**doing.values, "clerk": doing.clerk, "command_id": doing.act_id}
    # The act's id is the command's: a repeat of it makes nothing twice.
    return doing.call("bonus_status", "POST", "/corrections", json=sent, repeatable=True)


def _of_a_second_person(made: Mapping[str, Any]) -> str:
    waits = marked("It is noted and waits for a second person: no points have moved yet.")
    return waits if made["state"] == "waiting" else ""


def _receipts(name: str) -> dict[str, Any]:
    return {
        "do": calling("partner_postback", f"/held/{{receipt_id}}/{name}"),
        "back": to("held"),
        "targets": ("uuid:receipt_id",),
        "fields": (REASON,),
        "about": _HELD,
    }


def _claims(step: str, *fields: Field) -> dict[str, Any]:
    return {
        "do": _claim(step),
        "back": to("claim", "claim_id"),
        "targets": ("uuid:claim_id",),
        "fields": (*fields, _VERSION),
        "about": _CLAIM,
    }


_AMOUNT = Field("amount_minor", marked("Amount in rubles"), "money", optional=True)
_LONG_REASON = Field("reason", marked("Reason"), "area", longest=500, hint=REASON.hint)

WORK = (
    Act("held-release", marked("Release the report"), **_receipts("release")),
    Act("held-refuse", marked("Refuse the report"), **_receipts("refuse"), is_final=True),
    Act(
        "parked-replay",
        marked("Send the message again"),
        _parked("replay"),
        to("parked"),
        ("service:service", "uuid:parked_id"),
        (NOTE,),
    ),
    Act(
        "parked-discard",
        marked("Discard the message"),
        _parked("discard"),
        to("parked"),
        ("service:service", "uuid:parked_id"),
        (REASON,),
        warning=marked("What it would have changed never happens."),
        is_final=True,
    ),
    Act(
        "payout-ask",
        marked("Ask the operator once more"),
        pressing("payout", "/payouts/{payout_id}/ask"),
        to("payout", "payout_id"),
        ("uuid:payout_id",),
        (NOTE,),
        about=_PAYOUT,
    ),
    Act(
        "payout-give-up",
        marked("Give the points back"),
        calling("payout", "/payouts/{payout_id}/give-up"),
        to("payout", "payout_id"),
        ("uuid:payout_id",),
        (REASON,),
        warning=marked("The operator is asked now; only if he never heard of it is it given back."),
        is_final=True,
        about=_PAYOUT,
    ),
    Act(
        "invitation-release",
        marked("Release the invitation"),
        calling("bonus_status", "/invitations/{friend_id}/release"),
        to("parked"),
        ("uuid:friend_id",),
        (REASON,),
    ),
    Act(
        "message-again",
        marked("Send the SMS again"),
        pressing("notifications", "/messages/{message_id}/send-again"),
        to("parked"),
        ("uuid:message_id",),
        (NOTE,),
    ),
    Act(
        "claim-send",
        marked("Send the claim to its partner"),
        **_claims("send", Field("reason", marked("Note"), "area", optional=True, longest=500)),
    ),
    Act(
        "claim-answer",
        marked("Enter the partner's answer"),
        **_claims(
            "answer",
            Field(
                "partner_answer",
                marked("The partner"),
                "choice",
                choices=(
                    ("confirmed", marked("knows the purchase and pays")),
                    ("denied", marked("denies it")),
                ),
            ),
            _AMOUNT,
            Field("text", marked("In the partner's words"), "area", optional=True, longest=500),
        ),
    ),
    Act(
        "claim-accept",
        marked("Accept the claim"),
        **_claims("accept", _LONG_REASON, _AMOUNT),
        warning=marked("It becomes a purchase, and that a bonus."),
    ),
    Act(
        "claim-refuse",
        marked("Refuse the claim"),
        **_claims("refuse", _LONG_REASON),
        warning=marked("The member reads the reason."),
        is_final=True,
    ),
    Act(
        "correction-new",
        marked("Correct an account"),
        _correct,
        to("corrections"),
        (),
        (
            Field("member_id", marked("Member"), longest=36),
            Field(
                "kind",
                marked("What"),
                "choice",
                choices=(("credit", marked("give points")), ("debit", marked("take points"))),
            ),
            Field("amount", marked("Points"), "number", longest=10),
            REASON,
        ),
        warning=marked("Large ones wait for a second person. The member reads the reason."),
        waits=_of_a_second_person,
        subject=lambda doing: str(doing.values.get("member_id", "")),
    ),
    Act(
        "correction-approve",
        marked("Approve the correction"),
        calling("bonus_status", "/corrections/{correction_id}/approve"),
        to("corrections"),
        ("uuid:correction_id",),
        about=_CORRECTION,
        warning=marked("The points move now."),
    ),
    Act(
        "correction-refuse",
        marked("Refuse the correction"),
        calling("bonus_status", "/corrections/{correction_id}/refuse"),
        to("corrections"),
        ("uuid:correction_id",),
        (REASON,),
        about=_CORRECTION,
        is_final=True,
    ),
    Act(
        "certificate-reissue",
        marked("Give the certificate a new code"),
        calling("payout", "/certificates/{certificate_id}/reissue"),
        to("certificate", "certificate_id"),
        ("uuid:certificate_id",),
        (REASON,),
        about=_CERTIFICATE,
        warning=marked("The old code is void at once; the new one goes by SMS."),
    ),
    Act(
        "certificate-void",
        marked("Void the certificate"),
        calling("payout", "/certificates/{certificate_id}/void"),
        to("certificate", "certificate_id"),
        ("uuid:certificate_id",),
        (REASON,),
        about=_CERTIFICATE,
        warning=marked("Its points are the member's again."),
        is_final=True,
    ),
)
