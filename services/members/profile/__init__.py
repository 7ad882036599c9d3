"""profile: a member's own page: who he is to us, his settings, his data and the end of his account.

Read: api.py → acts.py → domain.py → store.py.
"""
