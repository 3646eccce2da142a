"""``python -m apportion`` is the command ``apportion``."""

from apportion.cli.main import main

if __name__ == "__main__":
    main()
