"""What has left the path? The page of exceptions, part by part.

exceptionstate   the page in the link
exceptionpage    what matters in one sentence, the tiles, the rules with their counts
lines            one line per account with its exceptions; acts: what can be done with those that are ticked
trying           a rule tried before it is on: how its words are changed; trialfigures, trialcharts: what it would have told
switching        publishing a rule on, off or changed
plays            the play of a rule: offered, started, how far it is; doing: acts on one exception, or on many, in place
"""
