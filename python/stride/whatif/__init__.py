"""What-if forecasts: fitness and race times for a given training plan."""
