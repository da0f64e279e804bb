"""The books of groups: every row of a roster once, every person of a group once, nobody told of nothing (SPEC 5.2)."""

from __future__ import annotations

TWICE = {
    "row of a roster": "SELECT roster_id, number FROM registration_rosterrow GROUP BY 1, 2 HAVING count(*) > 1",
    "person of a group": """
        SELECT group_id, id_key FROM registration_rosterrow WHERE state IN ('clear', 'passed')
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "file of a group": """
        SELECT group_id, sha256 FROM registration_roster WHERE sha256 <> '' AND state <> 'refused'
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "application of a row": """
        SELECT application_id FROM registration_rosterrow WHERE application_id IS NOT NULL
        GROUP BY 1 HAVING count(*) > 1""",
    "group": """
        SELECT institution_id, offering_id, window_id FROM registration_group GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "group number": "SELECT number FROM registration_group GROUP BY 1 HAVING count(*) > 1",
    "submission number": "SELECT group_id, number FROM registration_submission GROUP BY 1, 2 HAVING count(*) > 1",
    "message without account": """
        SELECT key FROM core_outboxmessage WHERE recipient_id IS NULL GROUP BY 1 HAVING count(*) > 1""",
}

AMISS = {
    "passed row without a live application": """
        SELECT r.id FROM registration_rosterrow r LEFT JOIN registration_application a ON a.id = r.application_id
        WHERE r.state = 'passed' AND (r.passed_id IS NULL OR a.id IS NULL OR a.group_id <> r.group_id)""",
    "row that is clear and has faults that stop it": """
        SELECT id FROM registration_rosterrow WHERE state IN ('clear', 'passed') AND faults @> '[{"stops": true}]'""",
    "faulty row without a fault that stops it": """
        SELECT id FROM registration_rosterrow WHERE state = 'faulty' AND NOT faults @> '[{"stops": true}]'""",
    "member of a group that isn't its institution's": """
        SELECT a.id FROM registration_application a JOIN registration_group g ON g.id = a.group_id
        WHERE a.channel <> 'group' OR a.institution_id IS DISTINCT FROM g.institution_id""",
    "submission whose people don't add up": """
        SELECT s.id, s.people, count(a.id) FROM registration_submission s
        LEFT JOIN registration_application a ON a.submission_id = s.id
        WHERE s.number = (SELECT max(number) FROM registration_submission WHERE group_id = s.group_id)
        GROUP BY 1, 2 HAVING s.people <> count(a.id)""",
    "submission that isn't done": "SELECT id FROM registration_submission WHERE state <> 'done'",
    "roster that isn't read": "SELECT id FROM registration_roster WHERE state = 'waiting'",
    "member handed in who wasn't told": """
        SELECT a.id FROM registration_application a WHERE a.submission_id IS NOT NULL AND a.state = 'review'
        AND NOT EXISTS (SELECT FROM core_outboxmessage m WHERE position(a.number IN m.body) > 0)""",
    "group order whose heads or amount don't agree with its lines": """
        SELECT o.id FROM fees_order o JOIN fees_orderline l ON l.order_id = o.id AND l.live
        WHERE o.group_id IS NOT NULL AND o.state = 'open' GROUP BY o.id, o.amount HAVING sum(l.amount) <> o.amount""",
    "person in the order of another group": """
        SELECT l.id FROM fees_orderline l JOIN fees_order o ON o.id = l.order_id
        JOIN registration_application a ON a.id = l.application_id
        WHERE o.group_id IS DISTINCT FROM a.group_id""",
}
