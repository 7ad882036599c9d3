"""members: who takes part, how to reach them, and their sessions. Personal data lives here alone.

owns     members (phone, e-mail, language, status), their passwords, devices and settings; sign-ups,
         codes and letters under way; one-time sign-in links, relatives' numbers,
         favourite stores, digests of the numbers that joined
answers  POST /members, GET /members, GET and PATCH /members/<id>, phone, block, unblock,
         decisions, sessions (clerk); /members/<id>/contact, POST /contacts, /letters/<id>
         (other services); /captchas, /sign-ups, /sign-ins, /recoveries, /devices,
         /password-rules (the site); /me/… (a member): profile, settings, password,
         devices, changes, export, erasure, relatives, favourites
hears    nothing
says     members: member.changed; relatives: relative.changed; letters: letter.written; no phone,
         e-mail, name or code
asks     the operator's billing whether a relative's number is a subscriber's

Read: api.py → handlers.py → domain.py → store.py; relatives/ for numbers of others. The site's
routes: front.py, then joining/, entering/, recovering/, changing/, profile/, favourites/; under
them captcha/, codes/, passwords/, letters/.
"""
