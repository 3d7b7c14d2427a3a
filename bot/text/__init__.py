"""Text and numbers from people and strangers: read, matched, and escaped for where they are shown; pure."""
