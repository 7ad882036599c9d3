"""inbox: what a member was told, to be read again on the site: kinds and facts, no code, no phone.

Read: api.py → store.py.
"""
