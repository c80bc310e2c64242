# file: sub.mk|all: ; @$(MAKE) --no-print-directory -f deep.mk extra=1
# file: deep.mk|all: ; @echo $(v) $(extra) [$(MAKEOVERRIDES)]
# args: v=cmd
all: ; @$(MAKE) --no-print-directory -f sub.mk
