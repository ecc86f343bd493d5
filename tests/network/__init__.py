"""Every way from a browser to the program, over real parts: Chromium, nginx, coturn, nftables, OpenSSH."""
