# args: -k -s -n
# file: sub.mk|$(info [$(MAKEFLAGS)])
# file: sub.mk|all: ; echo not run
all: ; +$(MAKE) --no-print-directory -f sub.mk
