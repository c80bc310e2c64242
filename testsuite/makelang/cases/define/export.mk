export define a
one
two
endef
all: ; @echo "$$a"
