"""The networks and the central bank: what our pulls ask, in the forms of their vendors.

Scripts put transactions in (`POST /transactions`) and say what became of them; the vendors' own
addresses show them: /admitad, /awin, /cj, /impact, /revision and /central-bank. Each page takes 50
milliseconds, as long as a network in another country needs at its best; `PUT /pace` changes it.
`PUT /made-up` lets a network have any number of transactions that are made of their number when
they are asked for, and stored nowhere.
"""
