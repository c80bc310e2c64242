# args: -I inc
# file: inc/x.mk|found = yes
# file: sub.mk|include x.mk
# file: sub.mk|all: ; @echo $(found)
all: ; @$(MAKE) --no-print-directory -f sub.mk
