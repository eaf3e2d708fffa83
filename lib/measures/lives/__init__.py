"""Lives of customers: how long they stay, how they end, what they are worth.

lives      lives of customers, and what their curves say of them
survival   `survival`: the share still there by months, each level against the rest
ends       `customer_ends`: which end comes first
economics  `economics`: worth of a customer against the cost of winning it
liveslist  `customer_lives`: the customers behind them
"""
