"""Tests of payout."""
