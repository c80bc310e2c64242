goals := $(if $(filter-out clean mrproper,$(or $(MAKECMDGOALS),all)),build,clean)
no-dot-config := clean
ifneq ($(filter $(no-dot-config),$(MAKECMDGOALS)),)
ifeq ($(filter-out $(no-dot-config),$(MAKECMDGOALS)),)
only-clean := 1
endif
endif
$(info $(goals) [$(only-clean)])
all clean: ; @:
