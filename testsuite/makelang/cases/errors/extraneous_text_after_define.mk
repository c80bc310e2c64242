define v = x
y
endef
all: ; @echo fine $(v)
