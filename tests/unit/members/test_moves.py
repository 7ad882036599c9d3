"""The tables of moves of a sign-up and a recovery; names of devices and of people."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.entering.domain import device_name
from services.members.joining import domain as joining
from services.members.joining.domain import MOVES, Act, State, WrongStep
from services.members.profile.domain import HarmfulName, NameTooLong, read_name
from services.members.recovering import domain as recovering

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(("state", "act"), list(product(State, Act)))
def test_a_sign_up_moves_as_its_table_says(state: State, act: Act) -> None:
    if act in MOVES[state]:
        assert joining.after(state, act) is MOVES[state][act]
    else:
        with pytest.raises(WrongStep):
            joining.after(state, act)


@given(st.lists(st.sampled_from(Act), max_size=30))
def test_nobody_is_welcomed_without_every_proof_since_he_last_went_back(acts: list[Act]) -> None:
    """INVARIANT: whatever is clicked in whatever order, each proof stands for what is given now."""
    state, proved = State.PHONE_CODE, set[Act]()
    for act in acts:
        try:
            state = joining.after(state, act)
        except WrongStep:
            continue
        if act is Act.GIVE_PHONE:
            proved.clear()
        if act is Act.GIVE_EMAIL:
            proved -= {Act.PROVE_EMAIL, Act.SET_PASSWORD}
        proved.add(act)
    if state is State.WELCOME:
        assert {Act.PROVE_PHONE, Act.PROVE_EMAIL, Act.SET_PASSWORD} <= proved


@given(st.lists(st.sampled_from(recovering.Act), max_size=12))
def test_no_recovery_sets_a_password_without_a_proof(acts: list[recovering.Act]) -> None:
    state, done = recovering.State.PHONE_CODE, list[recovering.Act]()
    for act in acts:
        try:
            state = recovering.after(state, act)
        except recovering.WrongRecoveryStep:
            continue
        done.append(act)
    if state is recovering.State.DONE:
        assert done[-1] is recovering.Act.SET_PASSWORD
        assert done[0] in {
            recovering.Act.PROVE_PHONE_ALONE,
            recovering.Act.PROVE_PHONE_WITH_EMAIL,
        }
        if done[0] is recovering.Act.PROVE_PHONE_WITH_EMAIL:
            assert recovering.Act.PROVE_EMAIL in done


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (IPHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537.36 Edg/140", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox, Linux"),
        ("curl/8.5.0", "Browser"),
        ("", "Browser"),
    ],
)
def test_a_device_is_called_as_its_owner_calls_it(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


@given(st.text(max_size=3000))
def test_nothing_that_a_browser_says_comes_into_an_sms(user_agent: str) -> None:
    """INVARIANT: the name is of our own words, however it is forged."""
    assert set(device_name(user_agent)) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, "
    )


@given(st.text(max_size=150))
def test_a_name_is_kept_as_it_is_shown_or_refused(text: str) -> None:
    try:
        name = read_name(text)
    except (HarmfulName, NameTooLong):
        return
    assert name is None or (name == name.strip() and 1 <= len(name) <= 100)
    assert read_name(name) == name
