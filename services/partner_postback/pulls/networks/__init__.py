"""How each network is asked for its lists, and how its answers are read. Pure."""
