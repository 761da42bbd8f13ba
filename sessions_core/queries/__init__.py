"""Reading sessions: what surfaces and pages show. Nothing here writes, but for a limit that ran
out, which is closed on first touch.
"""
