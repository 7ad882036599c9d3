"""Members' claims as far as partners are concerned: told by webhook, answered, and recorded.

hearing.py (what is heard of them) → recording.py (an accepted one as a message like any other).
"""
