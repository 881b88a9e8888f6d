"""What the standards and the law say, as data: tables the code reads and people can read.

The tables are packaged beside this file, one folder per subject, and read by `importlib.resources`.
"""
