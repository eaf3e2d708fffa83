"""Exceptions as work: what can be done about one, in place.

plays    the play of a rule: offered, started, how far it is
doing    done, snoozed, handed over, open again: acts on one or on many
"""
