"""A child process before its work: `python -m lib.view.child BYTES MODULE ARGUMENT...` runs MODULE, bounded.

main   bound the memory, leave the readers' pages their turn, go when the parent goes, then run the module

The parent holds the other end of standard input: when it ends, however it ends, the child reads the end and ends too.
"""

import os
import runpy
import sys
from threading import Thread


def main(arguments: list[str]) -> None:
    """Run a module of ours within `arguments[0]` bytes of memory."""
    n_bytes, module, *rest = arguments
    _bound(int(n_bytes))
    Thread(target=_go_with_the_parent, daemon=True).start()
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _bound(n_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits here
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no image of the data is left behind by a crash
    if n_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))
    os.nice(5)


def _go_with_the_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
