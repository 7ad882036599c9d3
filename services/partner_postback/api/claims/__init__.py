"""Members' claims as partners see and answer them: routes.py, schemas.py."""
