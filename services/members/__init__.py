"""members: who takes part, how to reach them, and their sessions. Personal data lives here alone.

owns     members (phone, e-mail, language, status), one-time sign-in links
answers  POST /members, GET /members, GET and PATCH /members/<id>, block, unblock, decisions,
         sessions (clerk), /members/<id>/contact and
         POST /contacts (other services), GET /sign-in/<token> (people)
hears    nothing
says     members: member.changed, a snapshot without phone, e-mail or name

Read: api.py → handlers.py → domain.py → store.py; sign_in.py for the link that people open.
"""
