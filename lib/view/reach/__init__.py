"""The page that asks whether it helped, part by part.

reachstate   its state, and the way to the link and back
sentences    what it says, in sentences
board        all of it: the sentence, the tiles, the parts below
spread       reach by a dimension, and the quadrant of impact and reach
covering     coverage by CSM or another dimension, and the tail
gains        what came where the team reached accounts
portfolio    plays and campaigns by effect and cost
opening      a table whose first column opens the accounts of a row
behind       the accounts behind the figure that is open
meaning      its figures in words
"""
