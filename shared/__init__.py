"""The kit: small pieces that know nothing of cashback and that at least two services use."""
