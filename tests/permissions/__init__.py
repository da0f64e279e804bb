"""Who may do what, address by address and model by model."""
