"""relatives: numbers of other people that a member tops up, each with its owner's consent.

A number is checked to be the operator's subscriber's, then its owner gets a code by SMS and agrees
by telling it to the member. Events carry ids alone; a number that is withdrawn is forgotten.

Read: api.py → asking.py → domain.py → store.py; operator.py for the look-up, codes.py for codes,
for_services.py for what notifications and payout fetch.
"""
