"""Money: what customers paid in, what they may spend, what they have spent, and what is frozen meanwhile."""
