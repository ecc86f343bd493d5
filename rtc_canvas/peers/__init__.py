"""The viewers' side of a canvas, a peer for each: its video, input, questions and exact pixels, whatever carries them.

:class:`peer.Peer` is where they meet. What it asks of the two around it is in `transport` and `audience`. Each channel
of a page has its module (`app`, `frames`, `input`, `probes`, `exact`); what those know is in pure modules beside them.
"""
