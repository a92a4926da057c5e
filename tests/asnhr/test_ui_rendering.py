"""Drop-downs written by hand are what Django's templates make of them."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from asnhr.pages.rendering import FormRenderer

CHOICES = [
    ("", "— semua —"),
    ("a", "A & B"),
    ('"x"', "<b>tebal</b>"),
    (3, "tiga"),
    ("Kelompok <1>", [("d", "D"), ("e", "E")]),
]


class Sample(forms.Form):
    one = forms.ChoiceField(choices=CHOICES, widget=forms.Select(attrs={"title": '"&', "disabled": True, "x": False}))
    yes = forms.NullBooleanField()


@pytest.mark.parametrize("data", [None, {"one": '"x"', "yes": "true"}, {"one": "3", "yes": "false"}, {"one": "d"}])
@pytest.mark.parametrize("name", ["one", "yes"])
def test_same_elements_as_django(data, name):
    fast, slow = Sample(data, renderer=FormRenderer()), Sample(data, renderer=DjangoTemplates())

    assert parse_html(str(fast[name])) == parse_html(str(slow[name]))
    assert "<b>" not in str(fast[name])
