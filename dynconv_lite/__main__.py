"""`python -m dynconv_lite`: the course's command line."""

from dynconv_lite.cli import main

if __name__ == "__main__":
    main()
