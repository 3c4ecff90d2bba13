"""The channel without a carrier."""
