"""What is recorded: the hook in the database, every way to write, and programs that die in the middle."""
