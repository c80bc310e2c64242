# env: E=env
export F = file
a: private E ?= 1
b: F ?= 2
%.x: G ?= 3
G = g
all: y.x ; @echo "[$(E)] [$$E] [$(F)] [$$F] [$(G)]"
y.x: ; @echo "[$(E)] [$$E] [$(F)] [$$F] [$(G)]"
