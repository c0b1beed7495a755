"""The core of the kernel; read sorts, terms, normal, table, theorems, documents, check, in this order."""
