"""console: the pages of the operator's clerks over the other services' APIs.

owns     clerks (argon2 password, sealed TOTP secret, role), used TOTP steps, the log of their acts
answers  GET and POST pages under / (a clerk who is signed in), POST and GET /api/clerks,
         POST /api/clerks/<name>/renew and /end (the operator's key: `cashback clerks`)
hears    nothing
says     nothing: every act is a call of another service's API, noted before and after
asks     all other services, with the operator's key

Read: roles.py (who may do what) → app.py → acts/table.py (what can be done) → acts/performing.py.
"""
