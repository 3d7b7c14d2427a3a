"""What each source lists for each day: polled, compared, complete; and which lists are missing."""
