"""The run of a month: planned, looked at, released by a second person, paid, and signed for.

planning   begin a run; write its payouts down, member by member, by the rules of the month
review     what a clerk looks at before the release: totals, last month's, the outliers
releasing  what persons do: release, pause, resume, cancel; small runs release themselves
asking     ask for the points of what was released; cancel what never will be
manifest   the hash of what was planned; the signed file of how it ended
schedule   one turn of the scheduler: whatever the open runs need next

Where a run stands, and what a person may do to it then, is the table in run_states.py.
"""
