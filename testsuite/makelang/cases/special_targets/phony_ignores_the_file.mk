# file: clean|x
# args: clean
# args: clean
.PHONY: clean
clean: ; @echo cleaning
