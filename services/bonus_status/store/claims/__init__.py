"""Queries on claims.

`kept` loads and saves them, `grounds` looks for what they rest on, `lists` reads for members and
clerks, `due` finds what is due by itself, `files` and `days` are as they say.
"""
