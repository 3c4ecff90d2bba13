"""SMPP 3.4 without I/O, both roles. It knows octets, sessions and receipts, and nothing of what they are
for."""
