"""What a bonus is given for: purchases, and the other sources, whose rules are data.

Each source has its pure rules in a module of its own; handlers apply them in the open books.
"""
