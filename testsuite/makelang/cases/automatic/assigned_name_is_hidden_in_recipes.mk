@ = mine
$(info $@)
all: ; @echo $@
