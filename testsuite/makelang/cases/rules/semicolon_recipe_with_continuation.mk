all: ; @echo one \
two; \
	echo three
