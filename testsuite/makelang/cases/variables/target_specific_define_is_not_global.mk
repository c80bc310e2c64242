all: one ; @echo all [$(v)]
one: v = only-one
one: ; @echo one [$(v)]
