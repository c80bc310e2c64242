all:: ; @echo one
all:: dep ; @echo two
dep: ; @echo dep
