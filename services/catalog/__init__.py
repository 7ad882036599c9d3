"""The catalogue: which stores take part, what they pay, and the shop window that shows it.

owns     stores, their groups, terms with their validity, promotions
answers  GET / and /stores/<id> (the shop window), GET /api/stores, /api/stores/<id>, /api/groups;
         the operator's POST /api/imports, /api/stores/<id>/pause and /resume
hears    nothing: the operator's file is its only source
says     store.changed on the topic `stores`, the whole store with its timeline of terms
"""
