"""A till over HTTP.

schemas   what it sends and is told
lane      redemptions in front of Flask, many in one commit
"""
