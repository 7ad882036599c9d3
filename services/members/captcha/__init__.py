"""captcha: a price for each SMS that a machine could ask for, usable without eyes.

A browser's script works for a second; without one, a plain question is asked in words, more rarely.
A challenge carries all of itself sealed: nothing is kept of it until it is used, once.

Read: api.py → checking.py → challenges.py (pure), questions.py; store.py for what was used.
"""
