# args: v=cmd w='two words' x='a$$b'
# file: sub.mk|v = file
# file: sub.mk|all: ; @echo [$(v)] [$(w)] $(origin v) '[$(x)]' "$$w"
all: ; @$(MAKE) --no-print-directory -f sub.mk
