"""`python -m jinn.hub` is `jinn`."""

from jinn.hub.cli import main

if __name__ == "__main__":
    main()
