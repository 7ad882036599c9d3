"""Claims, "my cashback did not come": when one may be made, how it goes on, what raises an alarm.

Pure rules: opening.py (may it open), domain.py (its states), files.py (what may be attached),
ratio.py (a store whose clicks bring no orders any more); events.py says each change.
"""
