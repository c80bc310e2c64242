# args: -j4
# unordered
all: a b
a b:
	@echo $@ 1 > $@.log
	@sleep 0.01
	@echo $@ 2 >> $@.log
	@cat $@.log
