"""What a provider posts to us: taken in, kept as it came, then worked on."""
