define wrap
begin $(1)
end
endef
define body
one
two
endef
$(info $(call wrap,$(body)))
all: ; @:
