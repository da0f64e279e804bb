"""The pages of misconduct: the public's, the room's, the provider's, the supervisors' and the person's own."""
