"""The proof of one bonus: everything from the click to the payout, signed, checked offline.

document   what a proof says: pure
making     gathers it, here and from the neighbours, and signs it
neighbours what partner_postback and payout know, asked over their HTTP APIs
"""
