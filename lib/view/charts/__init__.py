"""Every figure, one module each; all take the answer of a measure and words, and give a Plotly figure or a piece of HTML.

theme    colours, type and margins, light and dark; how a figure is put on a page
bars     rates of values with whiskers, the base each is compared with, n beside each
pareto   where the loss is: lost ARR or accounts by value, and how much of it the first few make up
parts    what changed: the mix part and the rate part of each value
rising   the share that became so by each day, with its band
whiskers differences as dots with whiskers about zero, those beyond chance told apart
line     one rate as a thin bar in a line of text
matters  how many accounts there are of each matter, in rows or by week
spans    what is or was forecast as ranges, with what came
"""
