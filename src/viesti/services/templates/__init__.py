"""Templates of WhatsApp: made, listed, kept as Meta has them, found for sending."""
