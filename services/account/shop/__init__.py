"""The shop window as the website keeps it: a copy of the catalog, and what visitors find in it.

stock.py is the catalog's answer as we read it, window.py keeps the newest in memory, listing.py
finds, sorts and pages (pure functions), telling.py says rates, days and groups in the visitor's
language. The pages are views/shop.py.
"""
