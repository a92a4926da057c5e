"""`control` writes what Django writes, without a template for every option."""

import pytest
from django import forms
from django.test import SimpleTestCase

from asnhr.templatetags.asnhr_ui import control

CHOICES = [("", "Semua"), ("a", "Anggrek & <b>Melati</b>"), ("Rumpun", [("1", "Satu"), (2, "Dua")])]


class Form(forms.Form):
    unit = forms.ChoiceField(choices=CHOICES, required=False)
    wajib = forms.ChoiceField(choices=CHOICES, widget=forms.Select(attrs={"class": "lebar", "data-x": '"&'}))
    q = forms.CharField(
        required=False, max_length=40, help_text="Nama", widget=forms.TextInput(attrs={"hx-get": "/?a=1&b"})
    )
    tahun = forms.IntegerField(required=False, min_value=1900)
    desimal = forms.DecimalField(required=False, localize=True)
    ya = forms.BooleanField(required=False)
    aktif = forms.NullBooleanField(required=False)
    banyak = forms.MultipleChoiceField(required=False, choices=[("a", "A"), ("b", "B")])
    mati = forms.CharField(disabled=True, initial="x")


@pytest.mark.parametrize("name", list(Form.base_fields))
@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {
            "unit": "2",
            "wajib": "a",
            "q": 'a"<script>',
            "tahun": "1999",
            "desimal": "1,5",
            "ya": "on",
            "aktif": "true",
            "banyak": ["a"],
        },
        {"unit": "tidak ada", "tahun": "abc", "desimal": "x"},
    ],
)
def test_a_control_is_the_same_as_djangos(name, data):
    SimpleTestCase().assertHTMLEqual(control(Form(data)[name]), str(Form(data)[name]))


def test_without_automatic_ids_there_is_none():
    SimpleTestCase().assertHTMLEqual(control(Form(auto_id=False)["unit"]), str(Form(auto_id=False)["unit"]))
