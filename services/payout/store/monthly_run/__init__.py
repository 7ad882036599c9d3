"""The tables of the run of a month.

runs       the one row of each run, what persons did to it, what came of it
planning   the accounts that a plan walks through, the payouts and reasons that it writes
review     what a clerk looks at before the release
asking     payouts on their way to be asked for, or to their end
"""
