"""F: formations decided but not filled yet, plus reserved seats (needs-analysis.md 3), in SQL once for all who ask.

An appointment fills a decided formation: a person who starts in the position, definitively, after the decree and was
not in it before. What an officer records as filled counts where it is more. Of several decrees each is filled by who
came after it, so that the most that can be matched is: with decrees in order of date, no more than the sum of those
before any of them plus all who came after it.
"""

# (position_id, people) of each position with a promise; takes `agency` and `day`.
PROMISED = """
WITH decreed AS (
    SELECT l.position_id, p.decree_on, sum(l.decided)::int AS decided, sum(l.filled)::int AS filled
    FROM positions_formationline l
    JOIN positions_formationproposal p ON p.agency_id = l.agency_id AND p.id = l.proposal_id
    WHERE l.agency_id = %(agency)s AND p.state = 'ditetapkan' AND p.decree_on <= %(day)s AND l.decided > 0
    GROUP BY 1, 2
),
appointed AS (
    SELECT d.position_id, d.decree_on, count(DISTINCT i.employee_id)::int AS people
    FROM decreed d
    JOIN positions_incumbency i ON i.agency_id = %(agency)s AND i.position_id = d.position_id AND i.kind = 'definitif'
        AND i.starts_on > d.decree_on AND i.starts_on <= %(day)s
    WHERE NOT EXISTS (
        SELECT FROM positions_incumbency e
        WHERE e.agency_id = i.agency_id AND e.position_id = i.position_id AND e.employee_id = i.employee_id
            AND e.kind = 'definitif' AND e.starts_on <= d.decree_on
    )
    GROUP BY 1, 2
),
matched AS (
    SELECT position_id, sum(decided) AS decided, sum(filled) AS filled, min(before + people) AS reach
    FROM (
        SELECT d.position_id, d.decided, d.filled, coalesce(a.people, 0) AS people,
            sum(d.decided) OVER (PARTITION BY d.position_id ORDER BY d.decree_on) - d.decided AS before
        FROM decreed d LEFT JOIN appointed a ON a.position_id = d.position_id AND a.decree_on = d.decree_on
    ) each_decree GROUP BY 1
)
SELECT position_id, sum(people)::int AS people FROM (
    SELECT position_id, decided - greatest(filled, least(decided, reach)) AS people FROM matched
    UNION ALL
    SELECT s.position_id, 1 FROM positions_reservation r
    JOIN positions_seat s ON s.agency_id = r.agency_id AND s.id = r.seat_id
    WHERE r.agency_id = %(agency)s AND r.starts_on <= %(day)s AND (r.ends_on IS NULL OR r.ends_on > %(day)s)
) f GROUP BY 1
"""
