"""The tables of bonus_status and every query on them.

`ledger` loads and saves the books of a batch, `payouts` what payouts asked, `heard` what other
services said; `history` and `statements` read for the API; `replay` keeps the order in which all of
it took effect. Set-based SQL on psycopg's own connection throughout.
"""
