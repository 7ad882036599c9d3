"""`make demo`: the story of one bonus, told by really doing it, every expectation checked.

asks     the services over HTTP alone, as members, partners and clerks do; `verify` ends it
says     each step with what came of it; exit 0 only if all held

story       the chapters in order
purchases   eight purchases, each with another fate
month       the run of the month, with a billing whose answer is lost
actors      the member, the shop, the partner and the clerk
narrator    what the audience sees, and the count of what did not hold
"""
