"""The books of misconduct: a decision stands with all it does, or not at all (SPEC 10). Read past the models."""

from __future__ import annotations

TWICE = {
    "case number": "SELECT number FROM discipline_case GROUP BY 1 HAVING count(*) > 1",
    "decision number": "SELECT number FROM discipline_decision GROUP BY 1 HAVING count(*) > 1",
    "decision in force": """
        SELECT case_id FROM discipline_decision WHERE lifted_at IS NULL GROUP BY 1 HAVING count(*) > 1""",
    "ban of a decision": "SELECT source FROM registration_ban GROUP BY 1 HAVING count(*) > 1",
}

AMISS = {
    # a ban stands under its decision's number, and under 恢复 once it was suspended and resumed
    "decision in force without its ban": """
        SELECT d.number FROM discipline_decision d WHERE d.lifted_at IS NULL AND d.ban_suspended_on IS NULL
        AND d.ban_until >= d.decided_on AND NOT EXISTS (
            SELECT FROM registration_ban b
            WHERE b.source IN (d.number, d.number || '（恢复）') AND b.lifted_on IS NULL)""",
    "ban of a decision that was lifted": """
        SELECT d.number FROM discipline_decision d
        JOIN registration_ban b ON b.source IN (d.number, d.number || '（恢复）') AND b.lifted_on IS NULL
        WHERE d.lifted_at IS NOT NULL""",
    "decision in force whose marks count": """
        SELECT d.number FROM discipline_decision d WHERE d.lifted_at IS NULL AND d.effects ->> 'marks' = 'true'
        AND NOT EXISTS (
            SELECT FROM certificates_markcancellation c WHERE c.source = d.number AND c.lifted_at IS NULL)""",
    "marks cancelled by a decision that was lifted": """
        SELECT d.number FROM discipline_decision d
        JOIN certificates_markcancellation c ON c.source = d.number AND c.lifted_at IS NULL
        WHERE d.lifted_at IS NOT NULL""",
    "decision without effects written down": "SELECT number FROM discipline_decision WHERE effects = '{}'",
    "application going on that a decision in force ended": """
        SELECT d.number, a.number FROM discipline_decision d
        CROSS JOIN LATERAL jsonb_array_elements(d.effects -> 'ended') AS e
        JOIN registration_application a ON a.id = (e ->> 'id')::bigint
        WHERE d.lifted_at IS NULL AND a.state NOT IN ('cancelled', 'void')""",
    "open application of a banned person that began before": """
        SELECT d.number, a.number FROM discipline_decision d
        JOIN discipline_case c ON c.id = d.case_id JOIN registration_application a ON a.candidate_id = c.candidate_id
        WHERE d.lifted_at IS NULL AND d.ban_until >= d.decided_on AND a.id <> c.application_id
        AND a.state IN ('draft', 'prelim', 'review', 'returned', 'approved', 'confirmed', 'scheduled')
        AND a.created_at < d.decided_at AND NOT EXISTS (
            SELECT FROM scheduling_seat s WHERE s.application_id = a.id AND lower(s.during) <= d.decided_at)""",
    "seat of an application that a decision ended": """
        SELECT d.number, s.id FROM discipline_decision d
        CROSS JOIN LATERAL jsonb_array_elements(d.effects -> 'ended') AS e
        JOIN scheduling_seat s ON s.application_id = (e ->> 'id')::bigint
        WHERE d.lifted_at IS NULL AND lower(s.during) > d.decided_at""",
    "result held for a case that is decided": """
        SELECT c.number FROM discipline_case c JOIN certificates_resulthold h ON h.source = c.number
        WHERE h.released_at IS NULL AND c.state NOT IN ('reported', 'notified', 'heard', 'proposed')""",
    "case whose state doesn't match its decision": """
        SELECT c.number, c.state FROM discipline_case c
        WHERE (c.state IN ('decided', 'served', 'appealed', 'final')) <> EXISTS (
            SELECT FROM discipline_decision d WHERE d.case_id = c.id AND d.lifted_at IS NULL)""",
    "case whose history ends elsewhere": """
        SELECT c.number, c.state FROM discipline_case c JOIN LATERAL (
            SELECT to_state FROM discipline_caselog WHERE subject_id = c.id ORDER BY id DESC LIMIT 1
        ) last ON true WHERE last.to_state <> c.state""",
    "case counter that isn't at the last number, or a gap": """
        SELECT n.name, n.value, count(c.id) FROM core_counter n
        LEFT JOIN discipline_case c ON c.number LIKE 'WJ' || right(n.name, 4) || '%' WHERE n.name LIKE 'case:%'
        GROUP BY 1, 2 HAVING count(c.id) <> n.value OR max(right(c.number, 6)::int) <> n.value""",
}
