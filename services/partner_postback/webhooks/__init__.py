"""Webhooks: what partners asked to be told, signed by the Standard Webhooks convention.

Read: news.py (what is told, queued in the transaction of the change) → work/webhooks.py (the
sender) → call.py, addresses.py (one call, to public addresses alone) → schedule.py (when again).
"""
