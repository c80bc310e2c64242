all: ; @echo $(origin MAKEFLAGS) $(origin MAKELEVEL) $(origin MAKECMDGOALS) $(origin MAKEFILE_LIST) $(origin SHELL) $(origin .SHELLFLAGS) $(origin .DEFAULT_GOAL)
