"""What clerks alone may ask: partners and their keys, profiles, exchange rates, pulls."""
