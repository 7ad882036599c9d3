"""account: the members' website: sign-up, the shop window, and what each member has and does.

owns     nothing; visitors' sessions in Redis
answers  pages for people: /, /stores/<id>, /join, /enter, /me…; /to/<store> leads on to the click
hears    nothing
says     nothing; asks catalog, members, bonus_status and payout for all that it shows

Read: app.py → views/ (a module for each part; views/me/ is the account) → telling/ (words for what
services answer) → services.py; visitor.py knows who looks, shop/ has the stores that the shop
window shows. Words are in translations/, one folder for each part.
"""
