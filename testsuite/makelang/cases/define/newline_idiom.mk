define newline


endef
$(info a$(newline)b)
all: ; @:
