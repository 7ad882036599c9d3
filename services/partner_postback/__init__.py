"""partner_postback: what partner stores report, understood, answered and explainable.

owns     partners and their keys, receipts with the raw request, files, conversions, exchange rates,
         webhooks and what is on its way there, pulls and where each stands
answers  POST /postbacks/<partner> (signed JSON), /postbacks/<partner>/<format> (a form, a network),
         /dry-run/<partner> (what a message would do), /partners, /profiles, /rates, /pulls, /held,
         /fraud-rules (clerk), /files, /receipts, /conversions, /claims, /match, /webhooks, a
         partner's secrets and webhook (its key)
asks     networks for what happened (pulls/), the central bank for its rates (rates/)
hears    stores (whose a click is, its window; what holds an order: pause, categories, cap)
         claims (what partners are to answer, and purchases to record when they are accepted)
says     conversions: conversion.changed, the full state of one conversion line;
         claim-answers: claim.answered, what a partner said to a claim;
         to partners that ask for it, by signed webhooks: the same, decided receipts, claims

Read: api/fast_lane.py → api/intake.py → formats/ → api/writer.py → handlers.py → deciding.py →
domain/ → store/; api/files/ → files/; and work/ for what goes on by itself, pulls/ among it.
networks/ are profiles, data.
"""
