$(info $(shell echo "a,b" 'c,d'))
$(info $(shell (echo sub; echo shell) | sort))
$(info $(shell echo "two  spaces"  and more))
all: ; @:
