"""Pulls: conversions that we fetch from a network on a schedule, page by page.

A vendor is a small module in `networks/`: the request of a place in its list, the records and the
next place of an answer. All else is the same for all of them.
Read: work/pulls.py → running.py → reading.py → paging.py and one vendor; overlapping.py for speed.
"""
