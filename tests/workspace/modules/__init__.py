"""What is special about each module of the workspace. What they have in common is tested beside this folder."""
