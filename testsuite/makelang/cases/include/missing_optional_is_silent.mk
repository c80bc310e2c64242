-include nothing.mk
sinclude nothing-either.mk
all: ; @echo fine
