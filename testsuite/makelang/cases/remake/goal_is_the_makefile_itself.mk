# args: gen.mk
all: ; @echo all
-include gen.mk
gen.mk: ; echo 'v = 1' > $@
