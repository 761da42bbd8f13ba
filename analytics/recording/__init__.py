"""The writes: one file a kind. Each is called in a transaction that holds the session's lock."""
