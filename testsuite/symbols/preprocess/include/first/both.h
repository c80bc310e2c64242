first both
