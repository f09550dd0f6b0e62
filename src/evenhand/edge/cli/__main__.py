"""`python -m evenhand.edge.cli`: the command line, where no script is installed."""

from evenhand.edge.cli import main

main()
