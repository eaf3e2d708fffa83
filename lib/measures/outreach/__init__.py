"""Whom we write to, what, and whom we spare.

contacts   people or accounts of whom a list of conditions holds
letters    what is written to the members of an audience, and who is spared, with the reason
ready      the ready campaigns of the definitions, and how many each would reach
size       how many they are, and how many are spared, by reason
choices    the values people can choose in conditions
coverage   of the new people at a critical moment of their start, how many were contacted in time; people: who they are
goals      of those written to, of how many the goal of the campaign was met; goalpeople: who they are; goalrows: both read it
spared     who of the members is spared, and why: for letters and size
"""
