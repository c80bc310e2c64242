all: ; @echo fine
: dep ; @echo never
dep: ; @echo never
