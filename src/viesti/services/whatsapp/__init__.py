"""Sending by WhatsApp: templates to whom we choose, anything to who wrote within a day."""
