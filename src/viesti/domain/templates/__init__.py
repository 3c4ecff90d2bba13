"""WhatsApp templates: what one is, which rules hold before it is submitted, and what is sent of it."""
