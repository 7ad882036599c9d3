"""bonus_status: what each member earned, why, and where the points are now.

Owns     bonuses (one per conversion line, and those of other sources with their rules), the ledger,
         members' accounts, reservations for payouts; claims, reminders, alarms.
Answers  /me/balance, /me/bonuses, /me/statements/<month>, the same under /members/<id>/ for
         clerks, /bonuses/<id>; /me/claims, and for clerks /claims, /reminders, /alarms, /exposure.
Hears    conversions (what stores report), stores (terms), clicks, members (blocks), payouts,
         claim-answers (what partners say to claims).
Says     bonuses: bonus.changed and points.reserved, .refused, .written_off, .released, .returned;
         claims: claim.changed.

Read it downwards: consumer.py → handlers/ → domain.py, sources/ and terms.py (how a bonus moves,
what it is given for, what it is worth), spending.py, ledger.py and books.py (where the points go) →
store/. Every posting, balance, bonus and event of one message is one commit; replay/ builds all of
it again from events alone. Claims: api/claims/ → handlers/claims.py → claims/ → store/claims/;
work/ for what goes on by itself.
"""
