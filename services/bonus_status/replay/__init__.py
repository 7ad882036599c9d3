"""The state built again from what was heard, beside the live one: the same, or by other rules.

process.py → rebuild.py is the way through: where events come from (said.py), in which order they
are applied (store/replay/applied.py), what clerks commanded in between (commands.py), and what may
differ (rules.py).
"""
