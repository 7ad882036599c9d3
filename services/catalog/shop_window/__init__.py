"""What the public sees of the catalogue: stores found, sorted, and what each pays at a moment.

owns     a copy of the catalogue in memory
answers  the questions of the JSON API; the pages that people see are the website's
hears    nothing
says     nothing
"""
