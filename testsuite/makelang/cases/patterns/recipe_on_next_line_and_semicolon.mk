all: a.x
%.x: ; @echo one $@
	@echo two $*
