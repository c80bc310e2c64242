# setup: touch a1 a2 a3 'a[x]'
$(info [$(wildcard a[12])] [$(wildcard a[!12])] [$(wildcard a?)])
all: ; @:
