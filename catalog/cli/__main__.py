"""``python -m catalog.cli``: the command line without its console script."""

from .main import main

if __name__ == "__main__":  # not in the processes that a local cluster starts
    main()
