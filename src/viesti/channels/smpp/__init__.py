"""The channel to a carrier that speaks SMPP 3.4."""
