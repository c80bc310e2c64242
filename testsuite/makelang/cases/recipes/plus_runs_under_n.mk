# args: -n
all:
	echo not run
	+@echo run
	@+echo run too
	-+echo run with echo
