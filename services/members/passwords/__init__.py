"""passwords: which are good enough, how they are kept, and how guesses are stopped.

Read: rules.py (pure) and common.txt, hashing.py, guesses.py → store.py.
"""
