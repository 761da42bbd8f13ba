"""Recounts derived figures from the recorded attempts, transitions and sessions."""
