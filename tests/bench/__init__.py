"""What the portal costs, as ratios within one run: `./run bench [NAME]` prints one JSON line a measurement."""
