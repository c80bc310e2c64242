# args: -n
# file: sub.mk|all: ; echo sub not run
all:
	echo not run
	$(MAKE) --no-print-directory -f sub.mk
	${MAKE} --no-print-directory -f sub.mk
