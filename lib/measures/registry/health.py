"""Answers about health: scores, what they are made of, what they foretold.

MEASURES   name -> Measure
"""

from lib.measures.registry.options import Measure

MEASURES: dict[str, Measure] = {}
