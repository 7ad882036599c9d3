"""The common ground of pages for people: layout, words, forms, sessions and security headers.

site.py puts it on a Flask app; words.py has the languages, written.py writes money and dates in
them; form.py keeps what was typed; sessions.py remembers visitors in Redis. The look is
assets/look.css; templates/page/base.html is what each page extends. Pages are whole without
scripts; assets/page.js only saves a visitor some waiting.
"""
