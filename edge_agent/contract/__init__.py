"""What the outside may rely on. A centre imports this room alone; it imports nothing of ours."""
