"""Inside of ../peers.py: libdigit beside other libraries."""
