"""Health on the pages.

risk   what goes with a loss, and trials under way
"""
