"""settings: a member's own data and wishes, a page each, with everything at /me/settings.

Read: everything.py (the list), mine.py (how members is asked), then the page that is wanted:
person.py, contact.py, password.py, devices.py, notices.py, data.py (take along, erase).
"""
