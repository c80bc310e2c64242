define body
ifeq ($(mode),x)
got = yes
else
got = no
endif
endef
mode = x
$(eval $(value body))
$(info $(got))
all: ; @:
