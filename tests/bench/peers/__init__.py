"""What the portal is held against, each at its best."""
