$(info [$(abspath /a/../b/./c//d /.. nothing/../x)] [$(patsubst $(CURDIR)/%,%,$(abspath a ./b/../c))])
all: ; @:
