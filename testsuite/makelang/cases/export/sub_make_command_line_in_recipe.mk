# file: sub.mk|v = file
# file: sub.mk|all: ; @echo $(v) $(w) [$(MAKEFLAGS)]
all: ; @$(MAKE) --no-print-directory -f sub.mk v='two words' w=x
