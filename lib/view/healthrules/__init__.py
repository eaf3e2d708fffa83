"""The page of the rules of health: a draft, what it would do, publishing it, and what losses suggest."""
