# args: -n -k -w
# args: -k
# args:
$(info [$(MAKEFLAGS)] [$(firstword -$(MAKEFLAGS))] [$(findstring n,$(filter-out --%,$(MAKEFLAGS)))])
all: ; echo one
