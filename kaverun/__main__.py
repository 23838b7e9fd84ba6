"""`python -m kaverun`."""

from kaverun.cli.main import main

if __name__ == "__main__":
    main()
