"""payout: what accrued before the 1st becomes a topped-up phone or a certificate, exactly once.

Owns      goals, the run of each month, payouts, certificates, denominations, salons, cases.
Answers   /me/goals, /me/certificates and the same under /members/<id>; /payouts/<id>; /runs:
          preview, begin, review, release, pause, cancel, manifest;
          /payouts/held and /reversals/waiting, which wait for a clerk;
          /reconciliations and /cases, the operator's daily files against our payouts;
          /certificates/<id>/code for another service; /till for a salon's till, /salons and
          /certificates/liability for a clerk.
Hears     bonuses (what may be spent, what was reserved, written off, given back), members.
Says      payouts: payout.requested, payout.completed, payout.declined, payout.reversed.
Asks      the operator's billing (top-ups, reversals, daily files) and members (the phone, never
          kept here).
Promises  one payout per run, member and goal; one top-up or certificate per payout,
          whatever crashes; no run is paid before a second person released it.
"""
