"""Who is in the demo. One password for all, shown on the first page where ``DEMO`` is set."""

PASSWORD = "practise-out-loud"

LEARNERS = ["learner", "learner2", "learner3", "newcomer"]
