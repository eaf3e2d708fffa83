"""The page of the journey, part by part.

funnelstate   its state, and the way to the link and back
sentences     stages and the takeaway in words
stages        the takeaway and the funnel itself, a stage a row
behind        the stage that is open: how long it takes, and its accounts
segments      stages against a dimension
slow          who is slow
trends        the median by when accounts came in
between       how long it takes from any stage to any other
indicator     whether slow onboarding goes with churn
meaning       its figures in words

changing      its definition, folded
editor        its definition, changed: the stages, the rules, what it would do, and saving it
editorstate   what the editor holds, and the definitions it makes
preview       today's figures, and what they would be
versions      what was in force when, and the way back to it
"""
