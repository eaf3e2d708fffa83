"""Sources beyond files, from a shell: what is new in databases and object stores, as one batch a run."""

import argparse

from lib.shell.imports import bring, manifest_of
from lib.shell.output import say
from lib.shell.telling import reporting


def sync(options: argparse.Namespace) -> int:
    """Bring what is new of every source and publish it together; 1 where a source cannot be reached or read."""
    from lib.store import folder
    from lib.store.sync import gather, read_sources, remember

    with reporting(options) as report:
        sources = read_sources(options.sources)
        with folder.staging(options.store) as fetched:
            found = gather(sources, fetched, options.store, manifest_of(options.store), is_full=options.full, say=say)
            if not found.paths:
                report["is_whole"] = True
                say("There is nothing new: nothing was published.")
                return 0
            code, batch = bring(
                options,
                report,
                found.paths,
                source=f"sync of {', '.join(found.names)}",
                plans=found.plans,
                mode=sources[0].mode,
                otherwise=f"as and map in {options.sources.name}",
            )
        if batch and not options.dry_run:
            remember(options.store, batch, found.entries, who=options.who, now=options.now)
        return code
