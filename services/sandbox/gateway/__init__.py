"""gateway: the SMS and mail gateway, and the phones and mailboxes at its far end.

Owns      every message that was handed over, once per idempotency key.
Answers   POST /messages, POST /messages/states, GET /messages?to=, GET / (the inbox page).
Promises  one key is delivered at most once; the same key answers the same; other content is a 409.
"""
