define a
x$$
y
endef
$(info $(a))
all: ; @:
