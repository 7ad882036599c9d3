"""favourites: the stores that a member likes to find again; told to nobody else.

Which stores there are is the catalog's to know: a favourite that it no longer has is harmless.

Read: api.py → store.py.
"""
