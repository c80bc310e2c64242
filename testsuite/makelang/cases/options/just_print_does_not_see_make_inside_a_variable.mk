# args: -n
# file: sub.mk|all: ; echo sub not run
submake = $(MAKE) --no-print-directory -f sub.mk
all:
	$(submake)
