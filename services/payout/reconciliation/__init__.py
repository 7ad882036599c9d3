"""The operator's daily file against our payouts; each difference is a case until it is closed."""
