.ONESHELL:
all:
	@false
	echo still here
