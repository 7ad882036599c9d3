"""partner_postback: what partner stores report, understood, answered and explainable.

owns     partners and their keys, receipts with the raw request, conversions, exchange rates
answers  POST /postbacks/<partner> (signed JSON), /postbacks/<partner>/form|admitad|awin,
         /receipts, /conversions (partner's key or clerk), /partners, /rates (clerk)
hears    stores (which store a click belongs to, its partner, its attribution window)
says     conversions: conversion.changed, the full state of one conversion line

Read: api/fast_lane.py → api/intake.py → formats/ → writer.py → handlers.py → verdicts.py →
domain.py → store/; and held_retry.py for what was held.
"""
