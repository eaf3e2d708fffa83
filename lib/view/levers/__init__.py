"""The page of the six revenue levers.

leverstate   which lever is open, and its list
words        what the levers are called, and where their figures come from
board        the six side by side
opened       the open one: what it found by matter, and where to look
whom         its accounts or people
meaning      how the figures are computed
"""
