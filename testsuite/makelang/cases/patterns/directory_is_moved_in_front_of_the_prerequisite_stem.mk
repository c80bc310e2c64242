all: src/eat
e%t: c%r ; @echo $@ $< '$*'
src/car: ; @echo $@
