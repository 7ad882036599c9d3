"""Rules against fraud as data: what one may say, and those that come with the programme.

What they do is domain/fraud.py; they are read with each batch, so that a rule counts at once, and
cost nothing while none is on.
"""
