"""Every act there is; roles.py says who may do it, and performing.py does it."""

from services.console.acts.act import Act
from services.console.acts.money import MONEY
from services.console.acts.people import PEOPLE
from services.console.acts.setup import SETUP
from services.console.acts.work import WORK

ACTS: tuple[Act, ...] = (*WORK, *MONEY, *SETUP, *PEOPLE)
