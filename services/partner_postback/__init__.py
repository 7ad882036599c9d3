"""partner_postback: what partner stores report, understood, answered and explainable.

owns     partners and their keys, receipts with the raw request, files, conversions, exchange rates
answers  POST /postbacks/<partner> (signed JSON), /postbacks/<partner>/<format> (a form, a network),
         /files, /receipts, /conversions (partner's key or clerk), /partners, /profiles, /rates
hears    stores (which store a click belongs to, its partner, its attribution window)
says     conversions: conversion.changed, the full state of one conversion line

Read: api/fast_lane.py → api/intake.py → formats/ → api/writer.py → handlers.py → deciding.py →
domain/ → store/; api/files.py → files/; and work/ for what goes on by itself. networks/ are
profiles, data.
"""
