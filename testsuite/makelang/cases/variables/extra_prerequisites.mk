.EXTRA_PREREQS = extra
all: one ; @echo $@ [$^] [$<]
one: ; @echo $@ [$^] [$?]
extra: ; @echo $@
