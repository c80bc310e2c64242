# args: clean
# args: clean all
goals := $(if $(filter-out clean mrproper,$(or $(MAKECMDGOALS),all)),build,clean)
ifeq ($(filter-out clean,$(MAKECMDGOALS)),)
only-clean := 1
endif
$(info $(goals) [$(only-clean)])
all clean: ; @:
