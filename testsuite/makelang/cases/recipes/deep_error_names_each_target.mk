all: one ; @echo no
one: two ; @echo no
two:
	@false
