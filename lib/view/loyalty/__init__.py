"""The page of who becomes loyal, part by part.

loyaltystate   its state, and the way to the link and back
clock          the headline, the rising curve, the table by day and by group
classes        the tiles of the classes, and the people of one
renewing       accounts that have adopted, or not, against their renewal
meaning        its figures in words
"""
