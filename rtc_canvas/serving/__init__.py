"""From HTTP to peers: sessions, how one transport passes to another, a server of our own and a mounted one."""
