# file: sub.mk|e = file
# file: sub.mk|c = file
# file: sub.mk|all: ; @echo $(e) $(c)
# args: c=cmd
export e = exported
all: ; @$(MAKE) --no-print-directory -f sub.mk
