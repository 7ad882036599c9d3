"""following: what became of a message after the gateway took it: delivered or failed.

Read: follower.py → store.py.
"""
