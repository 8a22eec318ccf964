"""What is recorded: the triggers, every way to write, and programs that are killed midway."""
