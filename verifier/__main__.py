"""``python -m verifier``: the command line where the script ``verifier`` is not on the path."""

from verifier.cli import main

if __name__ == "__main__":
    main()
