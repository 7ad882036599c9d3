"""Certificates: ordered or saved for, issued with a code, shown once, reissued or voided.

ordering.py asks for the points of one, issuing.py makes those whose points are reserved, codes.py
their codes; showing.py lets a member see his own once, acts.py is what a clerk does with an open
one. store/certificates.py and store/orders.py keep it, api/certificates/ answers.
"""
