"""What a channel wants, and when its digest is due."""
