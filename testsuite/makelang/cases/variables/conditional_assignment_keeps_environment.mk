# env: FROM_ENV=outside
FROM_ENV ?= inside
$(info $(FROM_ENV) $(origin FROM_ENV))
all: ; @:
