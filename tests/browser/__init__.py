"""Tests in real browsers: Debian's Chromium and Firefox, headless, with the page as it is shipped."""
