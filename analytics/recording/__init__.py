"""The writes, one module for each kind of data. Callers hold the lock of the session's row."""
