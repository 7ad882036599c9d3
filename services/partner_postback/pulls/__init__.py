"""Pulls: conversions that we fetch from a network on a schedule, page by page.

A vendor is a small module: the request of a place in its list, the records and the next place of an
answer (admitad, awin, cj, impact, revision). All else is the same for all of them.
Read: work/pulls.py → running.py → reading.py → paging.py and one vendor.
"""
