"""The tables of the other sources: rules, their shares, invitations, codes, corrections."""
