"""How does each cohort adopt? The page of cohorts.

cohortstate   the page in the link
cohortpage    its parts: controls, the sentence, heat map and curves, the table
opened        who is behind a cell
compared      two cohorts against each other
meaning       its figures in words
"""
