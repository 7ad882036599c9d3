"""Asking servers that are not ours: networks for conversions, the central bank for its rates."""
