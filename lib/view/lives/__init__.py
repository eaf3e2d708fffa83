"""The page of customers' lives, part by part.

livesstate   its state, and the way to the link and back
lives        curves, which end comes first, and what a customer is worth
staying      what they say, in sentences
opened       the customers behind them
meaning      its figures in words
"""
