"""codes: six digits by SMS or e-mail that prove a number or an address to be somebody's own.

A code belongs to one subject (a sign-up, a sign-in, …) and one purpose; it lasts five minutes, has
five tries and is used once: PostgreSQL counts. How many are sent is limited per recipient, per
visitor's address and per country prefix.

Read: asking.py → domain.py, limits.py → store.py; sealing.py for how a code is kept.
"""
