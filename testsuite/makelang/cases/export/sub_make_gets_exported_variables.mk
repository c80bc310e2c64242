# file: sub.mk|all: ; @echo [$(v)] [$(w)] $(origin v)
v = exported
export v
w = not
all: ; @$(MAKE) --no-print-directory -f sub.mk
