"""The page that asks whether the health score can be trusted, part by part.

proofstate   its state, and the way to the link and back
sentences    what it says, in sentences
board        all of it: the sentence, the tiles, the parts below
judged       each score on the same readings: how it ranks, red against what came, calibration
lost         the accounts lost: days of warning, false greens by stage and segment, the list
readings     the readings behind a figure
quarters     whether it still works as it did
meaning      its figures in words
"""
