define steps
@echo one $@
@echo two $@
endef
all: ; $(steps)
