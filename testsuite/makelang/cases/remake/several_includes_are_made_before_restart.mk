$(info reading)
all: ; @echo $(a) $(b)
include a.mk b.mk
a.mk: ; @echo making a; echo 'a = 1' > $@
b.mk: ; @echo making b; echo 'b = 2' > $@
