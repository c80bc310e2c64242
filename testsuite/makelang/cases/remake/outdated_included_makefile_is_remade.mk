# setup: echo 'v = old' > gen.mk; touch -d 2021-01-01 gen.mk; touch -d 2021-01-02 src
include gen.mk
$(info v is $(v))
all: ; @echo v is $(v)
gen.mk: src ; @echo 'v = new' > $@
