"""`cashback verify`: is every ruble where it should be? Asked from outside, of all services.

reads    every schema as the role `auditor` (read only, one snapshot for all), the operator's own
         statement over HTTP, and Kafka's offsets
answers  a list of checks, each true or false with its figures

books       the ledger against itself, and against what the members were told
chain       what was said of each member, linked by hashes, and the daily anchors
journey     conversions against bonuses, payouts against the operator's statement
queues      what is still on its way; checked last, waited for first
"""
