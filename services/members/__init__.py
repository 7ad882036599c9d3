"""members: who takes part, how to reach them, and their sessions. Personal data lives here alone.

owns     members (phone, e-mail, language, status), one-time sign-in links, relatives' numbers,
         favourite stores
answers  POST /members, GET /members, GET and PATCH /members/<id>, block, unblock, decisions,
         sessions (clerk), /members/<id>/contact, POST /contacts (other services),
         GET /sign-in/<token> (people), /me/relatives, /me/favourites (a member)
hears    nothing
says     members: member.changed; relatives: relative.changed; no phone, e-mail or name
asks     the operator's billing whether a relative's number is a subscriber's

Read: api.py → handlers.py → domain.py → store.py; sign_in.py for the link that people open,
relatives/ for numbers of others, favourites/ for stores that a member likes.
"""
