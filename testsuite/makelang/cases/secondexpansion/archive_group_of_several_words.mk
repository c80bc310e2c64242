v = zz(a b c)
.SECONDEXPANSION:
all: $$v x | $$(w) ; @echo '$^' '$|'
w = yy( d )
x zz(a) zz(b) zz(c) yy(d): ; @echo made $@ $%
