"""What the public sees of the catalogue: stores found, sorted and shown, in pages and over the API.

owns     a copy of the catalogue in memory, and the look of the pages
answers  GET / and GET /stores/<id>; `listing` and `catalogue` serve the JSON API too
hears    nothing
says     nothing
"""
