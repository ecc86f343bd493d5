"""One port number for everything: the sockets that all peers share, and what each packet on them is for.

Nothing here knows aiortc, pictures or HTTP.
"""
