"""letters: each SMS or e-mail of members itself, written here and sent by notifications.

The event says only that there is a letter; whom to and what of it is fetched for the one call that
sends it, as long as it is worth sending.

Read: writing.py → store.py; for_services.py for what notifications fetches.
"""
