"""click_tracking: a member goes to a store, and the click is kept before the answer leaves.

Owns      the click journal (files in JOURNAL_DIR) and the making of click ids.
Answers   GET /go/<store_id>?to=<page of the store>: a redirect that carries the click id.
          POST /ops/events/republish: ship the journal again (operator).
Hears     stores: where a click leads, which pages may be asked for, whether the store is paused.
Says      clicks: click.recorded, once per click, shipped from the journal.
Promises  no answered click is lost when the process is killed; every other server may be down.

Read: redirect.py → click_id.py → journal/writer.py → journal/shipper.py → events.py.
"""
