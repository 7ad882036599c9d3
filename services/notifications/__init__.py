"""notifications: what a member is told, by SMS or e-mail, once for each cause.

owns     messages (for what cause, to whom, by which way, sent or not, what became of them);
         notices for the site; languages of members, names of stores
answers  GET /messages, POST /messages/<id>/send-again (clerk); GET /me/notices, /me/notices/read
hears    bonuses (bonus.changed, points.returned), payouts (completed, declined), certificates,
         claims, members, relatives, letters, stores
says     nothing; asks members for a contact and how it is to be used, for a letter or for the
         question to a relative, payout for a certificate's code, and the gateway to send

A phone, a code and a finished text are fetched for the one call that needs them and kept nowhere.
Read: consumer.py → handlers.py → store.py; then sender.py → ways/ → texts.py; following/; inbox/.
"""
