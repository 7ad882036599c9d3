"""sandbox: the outside world for the demo and the tests, four processes that only speak HTTP.

Owns      its own SQLite files: top-ups at the operator, messages sent, a partner's orders,
          transactions of networks.
Plays     operator_billing (tops phones up), gateway (delivers SMS and mail to an inbox page),
          partner_shop (sells goods after "Go to store" and reports the purchases), networks
          (the lists that are pulled from Admitad, Awin, CJ and Impact, the central bank's rates).
Faults    every part misbehaves on demand: PUT, GET and DELETE /faults.
Knows     of us only the address where postbacks go; nothing of our tables, topics or code.

Its files outlive `kill -9`: its statements are the independent record that our books are held
against.
"""
