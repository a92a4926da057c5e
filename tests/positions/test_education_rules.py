import pytest

from positions.rules.education import Degree, EducationFit, Requirement, education_fit

S1_LAW = Degree("40", "hukum")
D3_NURSING = Degree("30", "keperawatan")


@pytest.mark.parametrize(
    ("degrees", "level", "fields", "fit"),
    [
        ([S1_LAW], "40", [], EducationFit.FITS),
        ([S1_LAW], "35", ["hukum", "politik"], EducationFit.FITS),
        ([S1_LAW], "40", ["akuntansi"], EducationFit.FIELD_DIFFERS),
        ([D3_NURSING], "40", [], EducationFit.LEVEL_TOO_LOW),
        ([D3_NURSING], "40", ["keperawatan"], EducationFit.LEVEL_TOO_LOW),
        ([D3_NURSING, S1_LAW], "40", ["keperawatan"], EducationFit.FIELD_DIFFERS),
        ([D3_NURSING, S1_LAW], "30", ["keperawatan"], EducationFit.FITS),
        ([Degree("45", "hukum")], "40", ["hukum"], EducationFit.FITS),
        ([], "40", [], EducationFit.UNKNOWN),
        ([Degree("99", "hukum")], "40", [], EducationFit.UNKNOWN),
        ([Degree("40")], "40", ["hukum"], EducationFit.UNKNOWN),
        ([Degree("40"), Degree("45", "politik")], "40", ["hukum"], EducationFit.FIELD_DIFFERS),
        ([], None, [], EducationFit.FITS),
        ([D3_NURSING], None, ["hukum"], EducationFit.FIELD_DIFFERS),
    ],
)
def test_level_first_then_field(degrees, level, fields, fit):
    assert education_fit(degrees, Requirement(level, frozenset(fields))) is fit
