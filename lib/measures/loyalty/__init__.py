"""User classes and the 90/10 clock: who becomes loyal, until when there is hope, and whose accounts have adopted.

clock       `loyalty`: the chance of those not loyal by a day, how many of the loyal were made by then, and the rule's verdict
curve       `loyalty_curve`: the rising curve of becoming loyal, week by week
classes     `user_classes`: loyal, casual, dormant, never, deactivated on the day and 30 days before
people      `people`: the persons of a class
accounts    `account_adoption`: adopted or not against the renewal
listing     `adoption_accounts`: the accounts behind it
lives       people and accounts as the curves take them
incidence   the curves, and the error of every figure read from them
"""
