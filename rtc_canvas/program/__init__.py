"""The program's side of a canvas: its thread, when what runs there, and what it shares with the viewers' side.

Nothing here knows a viewer: what comes from them waits on the :class:`stage.Stage`, and what they see is put there.
"""
