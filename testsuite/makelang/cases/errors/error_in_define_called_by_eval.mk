define body
v = 1
bad line here
endef
all: ; @:

$(eval $(body))
