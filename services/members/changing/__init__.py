"""changing: another number or e-mail for a member, once both ends have confirmed it.

Read: api.py → steps.py → domain.py → store.py; by_clerk.py for who cannot prove the old end.
"""
