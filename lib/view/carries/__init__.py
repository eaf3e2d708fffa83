"""The page of what goes with staying, part by part.

carriesstate   its state, and the way to the link and back
sentences      traits and the headline in words
traits         the headline, the chart, the table
behind         the accounts behind a trait
corners        use, satisfaction and proficiency: the tiles, and the accounts of one
meaning        its figures in words
"""
