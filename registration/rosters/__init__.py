"""What a roster may hold and how its rows are judged: pure rules (SPEC 5.2, 5.5, 5.7)."""
