"""What is derived, recounted from what is recorded: the attempts, the ledger, the sessions."""
