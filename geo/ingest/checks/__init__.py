"""What is wrong with frames, and what of it can be repaired without loss."""
