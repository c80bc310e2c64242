line = all: one ; @echo $$@ $$^
$(line)
one: ; @:
