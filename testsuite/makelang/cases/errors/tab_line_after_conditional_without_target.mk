ifdef x
endif
	@echo orphan
all: ; @:
