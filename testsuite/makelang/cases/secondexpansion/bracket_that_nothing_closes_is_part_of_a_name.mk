# args: -k all p1
v = zz(a
.SECONDEXPANSION:
all: $$v x ; @echo '$^'
p%: yy( $$(info of $$@) x ; @echo '$^'
x: ; @echo x
