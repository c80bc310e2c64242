define body

$(warning first expansion)
$$(warning second expansion)
endef

all: ; @:
$(eval $(body))
