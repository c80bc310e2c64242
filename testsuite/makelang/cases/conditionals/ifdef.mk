set = x
empty =
indirect = $(nothing)
ifdef set
$(info set)
endif
ifdef empty
$(info empty is defined)
else
$(info empty is not defined)
endif
ifdef indirect
$(info indirect is defined)
endif
ifdef nothing
$(info nothing is defined)
endif
all: ; @:
