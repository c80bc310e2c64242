src = a.c b.c
from = .c
to = .o
$(info $(src:$(from)=$(to)) ${src:%$(from)=lib/%$(to)})
all: ; @:
