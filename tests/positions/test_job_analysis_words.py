"""Codes of job analyses in the reader's language: every name and description of the forms."""

import pytest
from django.utils import translation

from positions.job_analysis_words import WORDS, told
from positions.models import JobAnalysisCode

pytestmark = pytest.mark.django_db


def test_every_code_has_english_words_and_none_is_listed_that_no_code_bears():
    kept = {words for row in JobAnalysisCode.objects.values_list("name", "description") for words in row if words}
    assert len(kept) > 130
    with translation.override("id"):
        listed = {str(each) for each in WORDS}
    with translation.override("en"):
        same = {words for words in kept if told(words) == words}

    # Ten temperaments are named in English on the Indonesian forms, too.
    assert same == {words for words in kept if "(" in words}
    assert len(same) == 10
    assert listed == kept - same


@pytest.mark.parametrize(("language", "words"), [("id", "Suhu"), ("en", "Temperature")])
def test_a_code_is_told_in_the_language_of_the_reader(language, words):
    with translation.override(language):
        assert told("Suhu") == words
        assert told("") == ""
