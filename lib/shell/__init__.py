"""The shell twin: acts that change a store, answers, and how they are printed."""
