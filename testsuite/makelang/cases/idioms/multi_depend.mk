define multi_depend
$(foreach m,$1,$(eval $(patsubst %$(strip $2),%,$m).o: $($(m:%$(strip $2)=%-y))))
endef
a-y := a1.o a2.o
b-y := b1.o
all: a.o b.o ; @:
a.o b.o: ; @echo $@ from $^
%1.o %2.o: ; @echo part $@
$(call multi_depend,a.o b.o,.o)
