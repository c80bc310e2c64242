all: d//one ; @echo $^
d/one: ; @echo slash
d//one: ; @echo two slashes
