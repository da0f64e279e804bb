"""团体申报: the pages on which an institution's officers enter, mend, review and hand in their groups (SPEC 5.2)."""
