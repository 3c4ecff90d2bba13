"""WhatsApp's Cloud API (Graph API) without I/O: what is sent, what is answered, and what webhooks tell."""
