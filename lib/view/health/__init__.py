"""Health on the screen: whose is failing, and how it became so.

explorerstate   the state of the page, and its way to the link and back
explored        the page: what matters in one sentence, the tiles, and its parts in their order
colours         the spread of scores, and who moved from which colour to which
movers          who changed colour, and why
hurts           colour by ARR by renewal
gathers         where red gathers: by any dimension; and week by week
disagreeing     where the signs disagree
behind          the accounts behind the figure that was clicked
risk            what goes with leaving, and which trials will convert
words           what colours of a score are called, their signs, and their inks
meaning         the figures in words
"""
