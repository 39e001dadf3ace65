"""What would be: fitness and race times if training went on in one way or another."""
