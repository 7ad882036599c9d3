"""payout: what accrued before the 1st becomes a topped-up phone or a certificate, exactly once.

Owns      goals, the run of each month, payouts, certificates, denominations, salons.
Answers   /me/goals, /me/certificates and the same under /members/<id>; /runs; /payouts/<id>;
          /payouts/held and /reversals/waiting, which wait for a clerk;
          /certificates/<id>/code for another service; /till for a salon's till, /salons and
          /certificates/liability for a clerk; /operator/callbacks, signed by the billing.
Hears     bonuses (what may be spent, what was reserved, written off, given back), members.
Says      payouts: payout.requested, payout.completed, payout.declined, payout.reversed.
Asks      the operator's billing (top-ups, reversals) and members (phones, never kept here).
Promises  one payout per run, member and goal; one top-up or certificate per payout,
          whatever crashes.
"""
