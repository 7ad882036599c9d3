"""entering: sign-in by password or by a code, and the devices that stay signed in.

A device keeps a secret for 90 days, or for one; with it the site renews a session of minutes, which
every service can check by itself. Ending a device, blocking or erasing the member ends the renewal.

Read: api.py → by_password.py, by_code.py → devices.py → domain.py → store.py.
"""
