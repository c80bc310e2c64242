all: d/out
d/out: a/b/one two a/b/one
	@echo '@D=$(@D) @F=$(@F) <D=$(<D) <F=$(<F)'
	@echo '^D=$(^D) ^F=$(^F) +D=$(+D) +F=$(+F) ?D=$(?D) ?F=$(?F)'
a/b/one two: ; @:
