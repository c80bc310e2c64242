# args: -j2 -Orecurse
# file: sub.mk|all: ; @echo sub one; echo sub two
all: s ; @echo all
s: ; @$(MAKE) --no-print-directory -f sub.mk
