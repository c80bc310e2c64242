s := fixed $(1)
$(info [$(call s,x)])
all: ; @:
