# args: a=b
all: ; @echo $(a) [$(MAKECMDGOALS)]
