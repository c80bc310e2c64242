# args: v=cmd
# file: sub.mk|all: ; @echo [$(v)] $(origin v)
override v += more
all: ; @$(MAKE) --no-print-directory -f sub.mk
