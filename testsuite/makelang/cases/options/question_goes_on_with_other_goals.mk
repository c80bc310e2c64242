# args: -q a none
# args: -q a d none
# args: -q c a none
# args: -q all
all: a b none
a: ; @echo a
b: ; @echo b
c: ; +@echo plus; false
d: ; +@echo plus
