"""One test of many small cases, which tells every case that fails: to hand each to a worker takes longer than to check it.

every   makes a test of a check that takes one of the cases
"""

from collections.abc import Callable, Iterable


def every(cases: Iterable, named: Callable[[object], str] = str) -> Callable:
    """The check as a test of all of `cases`."""

    def made(check: Callable) -> Callable:
        def test() -> None:
            wrong = {}
            for case in cases:
                try:
                    check(case)
                except AssertionError as found:
                    wrong[named(case)] = str(found)
            assert not wrong, "\n".join(f"{name}: {said}" for name, said in wrong.items())

        test.__name__, test.__doc__ = check.__name__, check.__doc__
        return test

    return made
