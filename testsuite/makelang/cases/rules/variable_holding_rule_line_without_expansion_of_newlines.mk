define lines
all: one
one: ; @echo one
endef
$(lines)
