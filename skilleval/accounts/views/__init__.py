"""The pages of institutions: how one registers itself, and who acts for it."""
