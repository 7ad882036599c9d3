"""What a salon's till does with a certificate: check it, redeem it, cancel that within the day.

worth.py is the arithmetic, redeeming.py what happens, guessing.py what slows a guesser down;
store/tills/ keeps it, api/tills.py and api/salons.py answer.
"""
