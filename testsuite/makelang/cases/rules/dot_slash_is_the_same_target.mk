all: ./one one ; @echo $^
one: ; @echo making $@
