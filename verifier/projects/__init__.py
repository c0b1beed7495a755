"""A project: its folder, its files loaded by path, statements and checks paired by name, and how to start one."""
