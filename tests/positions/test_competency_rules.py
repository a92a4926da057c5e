"""Competency standards as rules: flow, completeness, comparison, equalisation (establishment.md 6.1, 6.2, 7.4)."""

import pytest

from positions.rules import competency_standard as rules
from positions.rules.levels import COMPETENCY_LEVEL, Level

FULL = {"pelatihan_teknis": 1, "pengalaman": 1, "indikator": 2}


def content(level: int, **more) -> rules.Content:
    facts = {"summary": True, "education": True, "rank": True, "requirements": FULL} | more
    return rules.Content(levels=facts.pop("levels", dict.fromkeys(rules.REQUIRED, level) | {"T.1": level}), **facts)


@pytest.mark.parametrize("level", list(Level))
def test_the_nine_at_the_level_of_the_rule_are_complete(level):
    found = rules.gaps(level, content(COMPETENCY_LEVEL[level]))

    assert found == []
    assert rules.completeness(found) == (rules.PARTS, rules.PARTS)


def test_a_missing_one_of_the_nine_blocks_and_another_level_is_advice():
    levels = dict.fromkeys(rules.REQUIRED, 3) | {"M.2": 4}
    del levels["SK.1"]

    found = rules.gaps(Level.ADMINISTRATOR, content(3, levels=levels, summary=False))

    assert [(gap.code, gap.blocks, gap.competency) for gap in found] == [
        ("KOMPETENSI_WAJIB", True, "SK.1"), ("LEVEL_LAIN", False, "M.2"), ("TANPA_TEKNIS", False, ""),
        ("TANPA_IKHTISAR", False, ""),
    ]  # fmt: skip
    assert rules.completeness(found) == (rules.PARTS - 3, rules.PARTS)


def test_two_versions_differ_by_what_changed_in_the_order_of_the_annex():
    before, after = {"T.2": 1, "SK.1": 2, "M.8": 2, "M.1": 2}, {"T.10": 3, "SK.1": 2, "M.8": 3, "M.1": 2}

    assert rules.compare(before, after) == [
        rules.LevelChange("M.8", 2, 3), rules.LevelChange("T.10", None, 3), rules.LevelChange("T.2", 1, None),
    ]  # fmt: skip


def test_every_step_leads_between_known_states_and_only_deciders_end_a_flow():
    states = rules.OPEN | {rules.DECIDED}
    for step in rules.STEPS.values():
        assert step.origins <= states
        assert step.to in states
        assert rules.DECIDED not in step.origins
    assert {name for name, step in rules.STEPS.items() if step.by_decider} == {"return", "decide"}


@pytest.mark.parametrize(
    ("old", "new", "more", "kind"),
    [
        (Level.PENGAWAS, Level.AHLI_MUDA, {}, "disetarakan"),
        (Level.ADMINISTRATOR, Level.PENGAWAS, {}, "diubah"),
        (Level.PELAKSANA, Level.TERAMPIL, {}, "diubah"),
        (Level.PENGAWAS, Level.PENGAWAS, {"same_job": True}, "dipindahkan"),
        (Level.PENGAWAS, Level.AHLI_MUDA, {"shared": True}, "dilebur"),
        (Level.PENGAWAS, None, {}, "dihapus"),
    ],
)
def test_how_a_post_went_on(old, new, more, kind):
    assert rules.closing_kind(old, new, **more) == kind


@pytest.mark.parametrize(
    ("old", "echelon", "new", "differs"),
    [
        (Level.ADMINISTRATOR, "III.b", Level.AHLI_MADYA, False),
        (Level.PENGAWAS, "IV.a", Level.AHLI_MUDA, False),
        (Level.PENGAWAS, "V.a", Level.AHLI_PERTAMA, False),
        (Level.PENGAWAS, "IV.b", Level.AHLI_PERTAMA, True),
        (Level.JPT_PRATAMA, "II.b", Level.AHLI_UTAMA, True),
    ],
)
def test_equalisation_leads_to_the_level_of_the_rule(old, echelon, new, differs):
    assert rules.differs_from_rule("disetarakan", old, new, echelon) is differs
    assert not rules.differs_from_rule("diubah", old, new, echelon)
