"""The three-way match: what was pushed, what was pulled and what files say, line by line.

Read: sides.py (what each side says of a line) → comparison.py (the rule, pure) → report.py (a
period of it, as a stream). Nothing is changed: whose value counts was decided as it came in.
"""
