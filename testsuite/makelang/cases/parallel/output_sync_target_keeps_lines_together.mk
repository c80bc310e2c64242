# args: -j4 -Otarget
# unordered
all: a b c
a b c:
	@echo $@ one
	@sleep 0.01
	@echo $@ two
