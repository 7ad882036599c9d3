"""Checks a downloaded proof of a bonus offline: with the file and saved public keys, nothing else.

check     the file's spelling and its signature, then every part
parts     the chain, the changes, the amount, the postings: each computed again from the file
"""
