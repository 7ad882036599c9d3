"""joining: how a person becomes a member, step by step, each step proved.

Whoever signs up is told nothing of who else is a member: a number or an e-mail that is taken is
answered like any other, and only its owner reads in the SMS that there is an account already.

Read: api.py → steps.py → domain.py (the table of moves) → store.py; invitations.py for codes that
members give to friends.
"""
