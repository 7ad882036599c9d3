"""The contracts agree with themselves and with the code, both ways."""
