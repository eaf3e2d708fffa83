"""Health on the pages.

words   what colours of a score are called, their signs, and their inks
"""
