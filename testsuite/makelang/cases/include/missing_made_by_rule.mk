all: ; @echo $(v)
include gen.mk
$(info v is [$(v)])
gen.mk: ; echo 'v = made' > $@
