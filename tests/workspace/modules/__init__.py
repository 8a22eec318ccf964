"""What each module of the workspace promises by itself. What all do alike is tested beside this folder."""
