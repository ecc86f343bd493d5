"""Pictures as programs render them: small print, thin lines, points, a colour map and flat colours."""
