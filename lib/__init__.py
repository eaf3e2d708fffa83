"""Headlight: early warning for Customer Success.

Data flows one way: store (data at rest) -> facts (account-level relations) -> measures (answers) -> view and pages.
"""
