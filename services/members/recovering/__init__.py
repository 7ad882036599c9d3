"""recovering: a new password for who proves his number, and his e-mail when he has one.

A number that is nobody's is answered like a member's, as far as its code goes: none fits.

Read: api.py → steps.py → domain.py (the table of moves) → store.py.
"""
