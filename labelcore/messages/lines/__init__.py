"""What an operation's result says to people, line by line: a module for each stage."""
