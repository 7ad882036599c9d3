"""partner_shop: every partner's shop of the demo, with its till, returns desk and postbacks.

Owns      orders and their lines, and the log of postback deliveries with their verdicts.
Answers   /shop/<store> (pages to buy), /orders (the clerk's desk), /api/orders (for scripts).
Says      each change of a line as one signed postback (Standard Webhooks), until it is answered.
"""
