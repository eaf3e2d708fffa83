"""Renewals: what was due and what became of it, what went with it, and what lies ahead."""
