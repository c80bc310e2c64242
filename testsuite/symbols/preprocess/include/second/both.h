second both
