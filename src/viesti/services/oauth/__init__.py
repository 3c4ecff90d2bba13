"""The OAuth2 authorization server: people let programs act for them.

Rule: no token, code, cookie or password is kept or logged; what is kept is the SHA-256 of what was given.
"""
