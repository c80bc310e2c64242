-include gen.mk
gen.mk: ; @echo 'v = made' > $@
all: ; @echo [$(v)]
