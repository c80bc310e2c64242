x != exit 4
$(info $(.SHELLSTATUS) [$(x)])
all: ; @:
