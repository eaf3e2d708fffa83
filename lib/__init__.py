"""Headlight: early warning for Customer Success.

Data flows one way: store (data at rest) -> facts (account-level relations) -> measures (answers) -> view and pages.
"""

import os

# Small matrices, several readers: threads that wait for one another make a fit of odds six times slower. Before numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
