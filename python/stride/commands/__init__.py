"""Commands of ``stride`` of more than a few lines; each imports what it needs when it runs."""
