"""The catalogue: which stores take part, and what they pay.

owns     stores, their groups, terms with their validity, promotions
answers  GET /api/stores, /api/stores/<id>, /api/groups, of which the website makes its shop window;
         the operator's POST /api/imports, /api/stores/<id>/pause and /resume
hears    nothing: the operator's file is its only source
says     store.changed on the topic `stores`, the whole store with its timeline of terms
"""
