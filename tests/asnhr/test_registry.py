"""Entries of the registry that are loaded when they are asked for."""

import subprocess
import sys

import pytest

from asnhr import registry
from asnhr.registry import Registry


def test_an_entry_registered_by_name_is_the_object_of_that_name() -> None:
    things = Registry("thing")
    things.register("now", 1)
    things.register_later("later", "decimal.Decimal")
    from decimal import Decimal

    assert things.get("later") is Decimal
    assert list(things.items()) == [("now", 1), ("later", Decimal)]
    with pytest.raises(ValueError, match="registered already"):
        things.register_later("now", "decimal.Decimal")


def test_every_calculator_stands_under_its_own_code() -> None:
    assert len(list(registry.calculators.items())) >= 15
    assert all(calculator.code == code for code, calculator in registry.calculators.items())


def test_a_start_loads_no_page_and_no_calculator() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, django; django.setup(); print(*sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert "positions.registration" in told
    loaded = [
        name for name in told if name.startswith(("positions.pages", "positions.calculators.", "rest_framework.v"))
    ]
    assert not loaded
