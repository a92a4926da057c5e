"""The groups of the navigation stand in the order in which the house is used, whatever imports what."""

from asnhr import registry


def test_home_comes_first_and_what_is_open_to_all_last_of_the_registers_groups():
    codes = [code for code, _group in registry.navigation.items()]
    assert codes[0] == "home"
    assert codes.index("open") > codes.index("structure") > codes.index("analysis")
