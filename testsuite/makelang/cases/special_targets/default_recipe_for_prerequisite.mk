all: missing.x ; @echo all
.DEFAULT: ; @echo default for $@ [$<]
