"""The tables of payout and every query on them, by what they are about; nothing here commits."""
