export a = one$$two
define b
x
y
endef
export b
all: ; @echo "$$a"; echo "$$b"
