"""The life of a session, one file a verb. Knows nothing of HTTP, sockets or pages."""
