"""The operator's exposure: what stores promised, agreed to, funded, and what was paid. Pure."""
