"""Which books lose more than their mix explains? The comparing page.

comparestate   the page in the link
compare        its parts
"""
