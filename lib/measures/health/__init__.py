"""Health: how accounts score, what a score is made of, what moved it, what it foretold."""
