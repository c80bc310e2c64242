p = global
all: p = specific
all: $(p) ; @echo $(p) $^
global specific: ; @echo made $@
