"""ways: how a piece of news reaches a member: by which channels, when, and whether on the site.

Read: domain.py (the table and the rules) → store.py.
"""
