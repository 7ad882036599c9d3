"""The rules, as pure functions: no clock, no database, nothing of the kit but money.

algebra: what the messages of a conversion add up to. attribution: which purchase may be attributed.
"""
