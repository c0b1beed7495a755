"""What comes from outside: files, numbers, fields and names, each bounded and checked in one place before it is used.

Imports the standard library alone, so that every room and the shell's completion can use it.
"""
