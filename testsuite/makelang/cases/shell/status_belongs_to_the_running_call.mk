x := $(shell exit 1)
f = $(shell exit 3)$(.SHELLSTATUS)
$(info $(call f) then $(.SHELLSTATUS))
$(info $(foreach i,1,$(shell exit 4)$(.SHELLSTATUS)) then $(.SHELLSTATUS))
g = $(eval q := $$(shell exit 5))$(.SHELLSTATUS)
$(info $(call g) then $(.SHELLSTATUS))
$(info $f then $(.SHELLSTATUS))
all: ; @:
