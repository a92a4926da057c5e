"""What may be entered for each parameter: its kind, bounds and known values; a trigger holds agencies' values to it."""

from decimal import Decimal

from django.db import migrations, models

KINDS = [
    ("bulat", "bilangan bulat"), ("desimal", "bilangan desimal"), ("ya_tidak", "ya atau tidak"),
    ("pilihan", "salah satu pilihan"), ("daftar", "daftar kode"), ("lain", "susunan lain"),
]  # fmt: skip
WHOLE = {
    # A year has 365 × 8 hours at most; less than a seventh of the norm is a slip of the unit (hours, a month).
    "abk.minutes_per_year": (10_000, 175_200),
    "abk.minutes_per_year_health": (10_000, 175_200),
    "needs.vacancy_days": (1, 3_650),
    "needs.acting_days": (1, 3_650),
    "needs.acting_legal_days": (1, 3_650),
    "needs.leaving_months": (1, 60),
    "needs.leaving_urgent_months": (1, 60),
    "needs.abk_stale_months": (1, 120),
    "needs.comparison_months": (1, 120),
    "needs.submit_months": (1, 120),
    "needs.movable_years": (0, 40),
    "needs.schedule_months": (1, 24),
    "imports.keep_days": (1, 3_650),
    "imports.keep_checked_days": (1, 3_650),
    # PP 11/2017 and laws of single professions: 58 to 70; room for a change of law.
    "bup.": (50, 80),
}
DECIMAL = {
    "needs.smallest_need": ("0", "1"),
    "needs.digital_share": ("0", "1"),
    "needs.fading_change": ("-1", "0"),
    "needs.emerging_change": ("0", "10"),
    "needs.goal_mapped_share": ("0", "1"),
    "needs.shortage_urgent": ("0", "1"),
    "needs.shortage_urgent_service": ("0", "1"),
    "needs.shortage_some": ("0", "1"),
    "needs.load_very_low": ("0", "10"),
    "needs.load_high": ("0", "10"),
    "needs.load_low": ("0", "10"),
    "needs.unqualified_share": ("0", "1"),
    "needs.growth_default": ("-0.5", "1"),
    "budget.personnel_share": ("0", "1"),
}
YES_NO = ("supply.part_time_counts", "supply.duty_holder_counts_once")
# The active side of SIASN's list of legal statuses (kedudukan hukum); whoever left is counted by the day of the exit.
STATUSES = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "20", "51", "71",
    "72",
]  # fmt: skip

TRIGGER = """
CREATE FUNCTION asnhr_agencyparameter_accepted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE book record; words text; accepted boolean := true;
BEGIN
    SELECT kind, lowest, highest, options INTO book FROM asnhr_parameter
    WHERE code = NEW.code ORDER BY starts_on DESC, id DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN NEW;
    END IF;
    words := NEW.value #>> '{}';
    IF book.kind IN ('bulat', 'desimal') THEN
        accepted := jsonb_typeof(NEW.value) IN ('number', 'string') AND words ~ '^-?[0-9]+([.][0-9]+)?$';
        IF accepted THEN
            accepted := words::numeric BETWEEN book.lowest AND book.highest
                AND (book.kind = 'desimal' OR words::numeric = trunc(words::numeric));
        END IF;
    ELSIF book.kind = 'ya_tidak' THEN
        accepted := jsonb_typeof(NEW.value) = 'boolean';
    ELSIF book.kind = 'pilihan' THEN
        accepted := jsonb_typeof(NEW.value) = 'string' AND book.options @> NEW.value;
    ELSIF book.kind = 'daftar' THEN
        accepted := jsonb_typeof(NEW.value) = 'array' AND NEW.value <> '[]' AND book.options @> NEW.value;
    END IF;
    IF NOT accepted THEN
        RAISE EXCEPTION 'Nilai % tidak dapat dipakai untuk %.', NEW.value, NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_parameter_accepted';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agency_parameter_accepted BEFORE INSERT OR UPDATE OF code, value ON asnhr_agencyparameter
    FOR EACH ROW EXECUTE FUNCTION asnhr_agencyparameter_accepted();
"""
TRIGGER_BACK = """
DROP TRIGGER agency_parameter_accepted ON asnhr_agencyparameter;
DROP FUNCTION asnhr_agencyparameter_accepted();
"""


def fill(apps, schema_editor):
    rows = apps.get_model("asnhr", "Parameter").objects
    for code, (lowest, highest) in WHOLE.items():
        found = (
            rows.exclude(code="bup.special").filter(code__startswith=code) if code == "bup." else rows.filter(code=code)
        )
        found.update(kind="bulat", lowest=lowest, highest=highest)
    for code, (lowest, highest) in DECIMAL.items():
        rows.filter(code=code).update(kind="desimal", lowest=Decimal(lowest), highest=Decimal(highest))
    rows.filter(code__in=YES_NO).update(kind="ya_tidak")
    rows.filter(code="abk.rounding").update(kind="pilihan", options=["half_up", "ceil"])
    rows.filter(code="supply.legal_status").update(kind="daftar", options=STATUSES)


class Migration(migrations.Migration):
    dependencies = [("asnhr", "0006_import_retention")]

    operations = [
        migrations.AddField(
            model_name="parameter",
            name="kind",
            field=models.CharField(choices=KINDS, default="lain", max_length=8, verbose_name="jenis nilai"),
        ),
        migrations.AddField(
            model_name="parameter",
            name="lowest",
            field=models.DecimalField(
                blank=True, decimal_places=4, max_digits=12, null=True, verbose_name="nilai terendah"
            ),
        ),
        migrations.AddField(
            model_name="parameter",
            name="highest",
            field=models.DecimalField(
                blank=True, decimal_places=4, max_digits=12, null=True, verbose_name="nilai tertinggi"
            ),
        ),
        migrations.AddField(
            model_name="parameter",
            name="options",
            field=models.JSONField(blank=True, default=list, verbose_name="nilai yang dikenal"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="parameter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["bulat", "desimal"]), _negated=True),
                    models.Q(("highest__gte", models.F("lowest")), ("lowest__isnull", False)),
                    _connector="OR",
                ),
                name="parameter_numbers_have_bounds",
            ),
        ),
        migrations.RunSQL(TRIGGER, TRIGGER_BACK),
    ]
