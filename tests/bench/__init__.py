"""Measurements against a limit of the same machine and run: `python -m tests.bench [NAME…]`.

Each module named in `__main__.BENCHES` has `run() -> list[Row]`: it starts what it measures, loads
it for seconds, alternates limit and candidate, and answers medians. Figures move with the machine;
ratios hold.
"""
