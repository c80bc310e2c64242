define v
x
endef what
all: ; @echo fine $(v)
