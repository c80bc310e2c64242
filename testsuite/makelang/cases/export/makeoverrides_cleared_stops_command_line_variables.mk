# args: v=cmd
# file: sub.mk|v = file
# file: sub.mk|all: ; @echo [$(v)] [$(MAKEFLAGS)]
MAKEOVERRIDES =
all: ; @$(MAKE) --no-print-directory -f sub.mk
