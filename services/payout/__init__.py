"""payout: what accrued before the 1st becomes a topped-up phone or a certificate, exactly once.

Owns      goals, the run of each month, payouts, certificates, denominations, salons, cases.
Answers   /me/goals, /me/next-payout, /me/certificates (order, show once, check), and the same under
          /members/<id>;
          /payouts/<id>; /runs: preview, begin, review, release, pause, cancel, manifest;
          /payouts/held and /reversals/waiting, which wait for a clerk;
          /reconciliations and /cases, the operator's daily files against our payouts;
          /certificates/<id>, its reissue and void, /certificates/liability and /salons for a clerk;
          /certificates/<id>/code for another service; /till for a salon's till;
          /operator/callbacks, signed by the billing.
Hears     bonuses (what may be spent, what was reserved, written off, given back), members,
          relatives.
Says      payouts: payout.requested, payout.completed, payout.declined, payout.reversed;
          certificates: certificate.reissued.
Asks      the operator's billing (top-ups, reversals, daily files) and members (phones, never kept
          here).
Promises  one payout per run, member and goal, or per order; one top-up or certificate per payout,
          whatever crashes; no run is paid before a second person released it.
"""
