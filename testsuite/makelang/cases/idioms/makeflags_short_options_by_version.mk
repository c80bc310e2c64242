# args: -s
# args: -k --no-print-directory V=1
# args:
short-opts := $(firstword -$(MAKEFLAGS))
$(info [$(findstring s,$(short-opts))] [$(findstring k,$(filter-out --%,$(short-opts)))])
quiet = $(if $(findstring s,$(filter-out --%,$(firstword $(MAKEFLAGS)))),silent_)
all: ; @echo [$(quiet)]
