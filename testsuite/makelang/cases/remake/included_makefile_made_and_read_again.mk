# args:
# args:
$(info reading, restarts [$(MAKE_RESTARTS)])
all: ; @echo v is $(v)
-include gen.mk
gen.mk: source ; @echo making $@; echo 'v = 1' > $@
source: ; @echo x > $@
