all: private v = mine
all: w = shared
all: one ; @echo $@ [$(v)] [$(w)]
one: ; @echo $@ [$(v)] [$(w)]
