define v
one
two
endef
export v
all: ; @echo "$$v"
