"""operator_billing: the phone operator's billing, as its partners see it over HTTP.

Owns      top-ups by idempotency key, its own statement of executed ones, reversals.
Answers   POST /top-ups, GET /top-ups/<key>, GET /top-ups (statement), GET /reversals,
          GET /statements/<day> (the file of a day), GET / (page).
Promises  one key is executed at most once; the same key answers the same; other content is a 409.
"""
